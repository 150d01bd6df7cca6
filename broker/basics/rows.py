"""Write rows of several rooms together, in as few round trips as the database allows."""

from functools import cache
from itertools import groupby
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery

_FEW = 8


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
    if batches and connection.vendor == "postgresql":
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
        cursor.execute(f"WITH {named} {last}" if before else last, values)


def _insert_sql(batch: list[models.Model]) -> tuple[str, list[Any]]:
    first = batch[0]
    is_new, has_key = first._state.adding, first.pk is not None
    fields = _written_fields(type(first), has_key)
    table = [[_value(row, field) for row in batch] for field in fields]
    if any(hasattr(value, "resolve_expression") for column in table for value in column):
        sql, values = _compiled(batch, fields)
    elif len(batch) <= _FEW:
        values = [value for row in zip(*table, strict=True) for value in row]
        sql = _few_rows_sql(type(first), is_new, has_key, len(batch))
    else:
        values = list[Any](table)
        sql = _many_rows_sql(type(first), is_new, has_key)
    for row in batch:
        row._state.adding = False
        row._state.db = connection.alias
    return sql, values


def _value(row: models.Model, field: "models.Field[Any, Any]") -> Any:
    value = field.pre_save(row, add=True)
    if hasattr(value, "resolve_expression"):
        return value
    return field.get_db_prep_save(value, connection=connections[DEFAULT_DB_ALIAS])


@cache
def _written_fields(model: type[models.Model], has_key: bool) -> "list[models.Field[Any, Any]]":
    return [
        field
        for field in model._meta.local_concrete_fields
        if not field.generated and (has_key or not field.primary_key)
    ]


@cache
def _few_rows_sql(model: type[models.Model], is_new: bool, has_key: bool, count: int) -> str:
    """Write the statement once and keep it: Django's compiler costs more than the database."""
    row = f"({', '.join(['%s'] * len(_written_fields(model, has_key)))})"
    rows = ", ".join([row] * count)
    return f"{_into(model, has_key)} VALUES {rows}{_or_move(model, is_new)}"


@cache
def _many_rows_sql(model: type[models.Model], is_new: bool, has_key: bool) -> str:
    """The same for any number of rows: one array a column."""
    arrays = ", ".join(
        f"%s::{field.rel_db_type(connection) if field.is_relation else field.db_type(connection)}[]"
        for field in _written_fields(model, has_key)
    )
    return f"{_into(model, has_key)} SELECT * FROM unnest({arrays}){_or_move(model, is_new)}"  # noqa: S608


def _into(model: type[models.Model], has_key: bool) -> str:
    columns = ", ".join(_quoted(field.column) for field in _written_fields(model, has_key))
    return f"INSERT INTO {_quoted(model._meta.db_table)} ({columns})"


def _or_move(model: type[models.Model], is_new: bool) -> str:
    if is_new:
        return ""
    moved = [_quoted(field.column) for field in _moved_fields(model)]
    places = ", ".join(f"{column} = EXCLUDED.{column}" for column in moved)
    return f" ON CONFLICT ({_quoted(model._meta.pk.column)}) DO UPDATE SET {places}"


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(str(name))


def _compiled(
    batch: list[models.Model], fields: "list[models.Field[Any, Any]]"
) -> tuple[str, list[Any]]:
    """Let Django write it: expressions go as SQL."""
    query = _query(batch[0])
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
