"""Write unsaved rows of several rooms together, in as few round trips as the database allows."""

from itertools import groupby

from django.db import connection, models
from django.db.models.sql import InsertQuery


def insert(*rows: models.Model) -> None:
    """Insert unsaved rows, in the order given, within the caller's transaction.

    On PostgreSQL all tables go in one statement (one data-modifying CTE a table); elsewhere
    one bulk insert a table. Rows carry their keys already: nothing is read back. A foreign
    key between the rows holds, since constraints are checked at the statement's end.
    """
    batches = [list(batch) for _, batch in groupby(rows, key=type)]
    if connection.vendor == "postgresql" and len(batches) > 1:
        _insert_as_one(batches)
        return
    for batch in batches:
        type(batch[0])._base_manager.bulk_create(batch)


def _insert_as_one(batches: list[list[models.Model]]) -> None:
    statements, values = [], []
    for batch in batches:
        sql, parameters = _insert_sql(batch)
        statements.append(sql)
        values.extend(parameters)
    *before, last = statements
    named = ", ".join(f"batch_{number} AS ({sql})" for number, sql in enumerate(before))
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {named} {last}", values)


def _insert_sql(batch: list[models.Model]) -> tuple[str, list[object]]:
    model = type(batch[0])
    fields = [
        field
        for field in model._meta.local_concrete_fields
        if not field.generated and not (field.primary_key and batch[0].pk is None)
    ]
    for row in batch:
        row._state.adding = False
        row._state.db = connection.alias
    query = InsertQuery(model)
    query.insert_values(fields, batch)
    [(sql, values)] = query.get_compiler(connection=connection).as_sql()
    return sql, list(values)
