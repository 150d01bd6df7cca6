"""Every migration has a name, says one purpose, and goes back."""

import re

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, migrations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from tests.rules import house

MADE_UP = re.compile(r"^\d{4}_(auto_|alter_\w+_and_more|initial$|.*_and_more$)")


def own_migrations() -> list[migrations.Migration]:
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    return [
        migration
        for migration in loader.disk_migrations.values()
        if type(migration).__module__.split(".")[0] in house.PACKAGES
    ]


def faults_in(name: str, operations: list[Operation]) -> list[str]:
    faults = (
        [f"{name}: does not say what it does"] if MADE_UP.match(name.rpartition(".")[2]) else []
    )
    for operation in operations:
        if not operation.reversible:
            faults.append(f"{name}: {operation.describe()} has no way back")
        faults += faults_in(name, getattr(operation, "database_operations", []))
    return faults


def test_every_migration_has_a_name_and_a_way_back():
    faults = [
        fault
        for migration in own_migrations()
        for fault in faults_in(f"{migration.app_label}.{migration.name}", migration.operations)
    ]

    assert faults == []


@pytest.mark.slow
@pytest.mark.django_db(transaction=True, databases=["default", "seals"])
def test_all_migrations_go_back_and_forward_again():
    labels = {migration.app_label for migration in own_migrations()}

    for database in ("default", "seals"):
        for label in sorted(labels):
            call_command("migrate", label, "zero", database=database, verbosity=0)
        call_command("migrate", database=database, verbosity=0)
    ContentType.objects.clear_cache()

    assert "parties_organisation" in connection.introspection.table_names()


@pytest.mark.django_db
def test_no_model_has_changed_without_its_migration(capsys):
    try:
        call_command("makemigrations", check=True, dry_run=True)
    except SystemExit:
        pytest.fail(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("name", "operation", "words"),
    [
        ("0002_auto_20261124", migrations.RunSQL("SELECT 1", "SELECT 1"), "does not say what"),
        ("0001_initial", migrations.RunSQL("SELECT 1", "SELECT 1"), "does not say what"),
        ("0002_fill", migrations.RunSQL("DELETE FROM x"), "has no way back"),
        ("0002_fill", migrations.RunPython(lambda _apps, _editor: None), "has no way back"),
        (
            "0002_split",
            migrations.SeparateDatabaseAndState([migrations.RunSQL("DROP TABLE x")], []),
            "has no way back",
        ),
    ],
)
def test_a_migration_without_name_or_way_back_is_found(name, operation, words):
    assert any(words in fault for fault in faults_in(f"ledger.{name}", [operation]))
