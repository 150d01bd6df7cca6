"""Entries and the log. On PostgreSQL the entries are partitioned by id from the first day."""

from django.db import migrations, models

from broker.ledger.partitions import make_months


def make_entries(apps, schema_editor):
    entry = apps.get_model("ledger", "Entry")
    if schema_editor.connection.vendor != "postgresql":
        schema_editor.create_model(entry)
        return
    sql, _ = schema_editor.table_sql(entry)
    schema_editor.execute(f"{sql} PARTITION BY RANGE (id)")
    schema_editor.execute("CREATE TABLE ledger_entry_rest PARTITION OF ledger_entry DEFAULT")
    make_months(database=schema_editor.connection)
    for index in entry._meta.indexes:
        schema_editor.add_index(entry, index)


def drop_entries(apps, schema_editor):
    schema_editor.delete_model(apps.get_model("ledger", "Entry"))


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Chain',
            fields=[
                ('stream', models.CharField(max_length=100, primary_key=True, serialize=False)),
                ('seq', models.BigIntegerField()),
                ('commitment', models.BinaryField(null=True)),
                ('event', models.UUIDField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Checkpoint',
            fields=[
                ('size', models.BigIntegerField(primary_key=True, serialize=False)),
                ('root', models.BinaryField()),
                ('note', models.TextField()),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Head',
            fields=[
                ('id', models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ('size', models.BigIntegerField()),
                ('peaks', models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name='Leaf',
            fields=[
                ('index', models.BigIntegerField(primary_key=True, serialize=False)),
                ('entry', models.UUIDField(unique=True)),
            ],
        ),
        migrations.CreateModel(
            name='Pool',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('entry', models.UUIDField()),
            ],
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='Entry',
                    fields=[
                        ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                        ('stream', models.CharField(max_length=100)),
                        ('seq', models.BigIntegerField(null=True)),
                        ('commitment', models.BinaryField()),
                        ('sealed', models.BinaryField()),
                        ('verb', models.CharField(max_length=80)),
                        ('instrument', models.CharField(blank=True, max_length=80)),
                        ('organisations', models.JSONField(default=list)),
                        ('counts', models.JSONField(null=True)),
                        ('at', models.DateTimeField()),
                    ],
                    options={
                        'indexes': [models.Index(fields=['stream', 'seq'], name='entry_stream_seq')],
                    },
                ),
            ],
        ),
        migrations.RunPython(make_entries, drop_entries),
    ]
