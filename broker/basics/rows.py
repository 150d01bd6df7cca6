"""Write rows of several rooms together, in as few round trips as the database allows."""

from itertools import groupby
from typing import Any

from django.db import connection, models
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery


def insert(*rows: models.Model) -> None:
    """Insert unsaved rows, in the order given, within the caller's transaction.

    On PostgreSQL all tables go in one statement (one data-modifying CTE a table); elsewhere
    one bulk insert a table. Rows carry their keys already: nothing is read back. A foreign
    key between the rows holds, since constraints are checked at the statement's end.

    A row that was read before (and is locked by the caller) is moved to its present values
    by the same statement: all its columns are written. A table may be named once as inserted
    and once as moved, never the same row twice.
    """
    batches = [list(batch) for _, batch in groupby(rows, key=_kind)]
    if connection.vendor == "postgresql" and len(batches) > 1:
        _insert_as_one(batches)
        return
    for batch in batches:
        model = type(batch[0])
        if batch[0]._state.adding:
            model._base_manager.bulk_create(batch)
        else:
            model._base_manager.bulk_create(
                batch,
                update_conflicts=True,
                update_fields=[field.name for field in _moved_fields(model)],
                unique_fields=[model._meta.pk.name],
            )


def _kind(row: models.Model) -> tuple[type[models.Model], bool]:
    return type(row), row._state.adding


def _moved_fields(model: type[models.Model]) -> "list[models.Field[Any, Any]]":
    return [
        field
        for field in model._meta.local_concrete_fields
        if not field.generated and not field.primary_key
    ]


def _insert_as_one(batches: list[list[models.Model]]) -> None:
    statements: list[str] = []
    values: list[Any] = []
    for batch in batches:
        sql, parameters = _insert_sql(batch)
        statements.append(sql)
        values.extend(parameters)
    *before, last = statements
    named = ", ".join(f"batch_{number} AS ({sql})" for number, sql in enumerate(before))
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {named} {last}", values)


def _insert_sql(batch: list[models.Model]) -> tuple[str, list[Any]]:
    model = type(batch[0])
    fields = [
        field
        for field in model._meta.local_concrete_fields
        if not field.generated and not (field.primary_key and batch[0].pk is None)
    ]
    query = _query(batch[0])
    for row in batch:
        row._state.adding = False
        row._state.db = connection.alias
    query.insert_values(fields, batch)
    [(sql, values)] = query.get_compiler(connection=connection).as_sql()
    return sql, list(values)


def _query(row: models.Model) -> InsertQuery:
    if row._state.adding:
        return InsertQuery(type(row))
    return InsertQuery(
        type(row),
        on_conflict=OnConflict.UPDATE,
        update_fields=_moved_fields(type(row)),
        unique_fields=[row._meta.pk],
    )
