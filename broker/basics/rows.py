"""Write rows of several rooms together, in as few round trips as the database allows."""

from datetime import datetime
from functools import cache, lru_cache
from itertools import chain, groupby
from typing import Any, NamedTuple
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery

from broker.basics.prepared import prepared_cursor

_FEW = 8
_MANY = 100


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
    """Write all batches in one statement that PostgreSQL keeps prepared; very many rows by COPY."""
    shapes = [_shape(batch) for batch in batches]
    try:
        works = [
            (shape, _table(batch, shape)) for batch, shape in zip(batches, shapes, strict=True)
        ]
    except _HoldsExpression:
        _insert_compiled(batches)
    else:
        _execute([work for work in works if not work[0].streams])
        for shape, table in works:
            if shape.streams:
                _copy(shape, table)
    for row in chain.from_iterable(batches):
        row._state.adding = False
        row._state.db = connection.alias


type _Table = list[list[Any]]


def _execute(works: "list[tuple[_Shape, _Table]]") -> None:
    """Write few rows value by value, more as one array a column."""
    if not works:
        return
    values: list[Any] = []
    for shape, table in works:
        values.extend(chain.from_iterable(table) if shape.few else zip(*table, strict=True))
    values = [list(value) if isinstance(value, tuple) else value for value in values]
    with prepared_cursor() as cursor:
        cursor.execute(_statement(tuple(shape for shape, _ in works)), values)


def _copy(shape: "_Shape", table: _Table) -> None:
    """Stream the rows; the database takes them several times as fast as in a statement."""
    into = _into(shape).removeprefix("INSERT INTO ")
    with connection.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for row in table:
            copy.write_row(row)


class _HoldsExpression(Exception):
    """A column is given as SQL, not as a value."""


class _Shape(NamedTuple):
    """What makes two batches the same SQL; `few` is how many rows, 0 for any number.

    `streams`: so many new rows that COPY is worth a round trip of its own.
    """

    model: type[models.Model]
    is_new: bool
    has_key: bool
    few: int
    streams: bool


def _shape(batch: list[models.Model]) -> _Shape:
    first = batch[0]
    is_new = first._state.adding
    few = len(batch) if len(batch) <= _FEW else 0
    return _Shape(type(first), is_new, first.pk is not None, few, is_new and len(batch) >= _MANY)


def _table(batch: list[models.Model], shape: _Shape) -> _Table:
    """Return the values as the database takes them, a list a row."""
    database = connections[DEFAULT_DB_ALIAS]
    fields = _written_fields(shape.model, shape.has_key)
    return [[_value(row, field, database) for field in fields] for row in batch]


# Values that PostgreSQL's driver takes as they are, and fields that change nothing in them.
_PLAIN = frozenset({type(None), bool, int, str, bytes, UUID, datetime})
_TRUSTING = (
    models.BinaryField,
    models.BooleanField,
    models.CharField,
    models.DateTimeField,
    models.ForeignKey,
    models.IntegerField,
    models.TextField,
    models.UUIDField,
)


def _value(row: models.Model, field: "models.Field[Any, Any]", database: Any) -> Any:
    if _trusts(field):
        value = getattr(row, field.attname)
        if type(value) in _PLAIN:
            return value
    value = field.pre_save(row, add=True)
    if hasattr(value, "resolve_expression"):
        raise _HoldsExpression
    return field.get_db_prep_save(value, connection=database)


@cache
def _trusts(field: "models.Field[Any, Any]") -> bool:
    """Tell whether a plain value of this field goes to the database as it is."""
    sets_itself = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    is_file = isinstance(field, models.FileField)
    return isinstance(field, _TRUSTING) and not sets_itself and not is_file


@lru_cache(maxsize=512)
def _statement(shapes: tuple[_Shape, ...]) -> str:
    """Return the one statement for these shapes, its parameters numbered."""
    *before, last = [_sql(shape) for shape in shapes]
    named = ", ".join(f"batch_{number} AS ({sql})" for number, sql in enumerate(before))
    text = f"WITH {named} {last}" if before else last
    pieces = text.split("%s")
    numbered = (f"{piece}${number}" for number, piece in enumerate(pieces[:-1], start=1))
    return "".join([*numbered, pieces[-1]])


def _sql(shape: _Shape) -> str:
    if shape.few:
        return _few_rows_sql(shape)
    return _many_rows_sql(shape)


def _insert_compiled(batches: list[list[models.Model]]) -> None:
    """Let Django write it: expressions go as SQL."""
    for batch in batches:
        query = _query(batch[0])
        query.insert_values(_written_fields(type(batch[0]), batch[0].pk is not None), batch)
        [(sql, values)] = query.get_compiler(connection=connection).as_sql()
        with connection.cursor() as cursor:
            cursor.execute(sql, values)


@cache
def _written_fields(model: type[models.Model], has_key: bool) -> "list[models.Field[Any, Any]]":
    return [
        field
        for field in model._meta.local_concrete_fields
        if not field.generated and (has_key or not field.primary_key)
    ]


def _few_rows_sql(shape: _Shape) -> str:
    row = f"({', '.join(['%s'] * len(_written_fields(shape.model, shape.has_key)))})"
    rows = ", ".join([row] * shape.few)
    return f"{_into(shape)} VALUES {rows}{_or_move(shape)}"


def _many_rows_sql(shape: _Shape) -> str:
    """Any number of rows: one array a column."""
    arrays = ", ".join(
        f"%s::{field.rel_db_type(connection) if field.is_relation else field.db_type(connection)}[]"
        for field in _written_fields(shape.model, shape.has_key)
    )
    return f"{_into(shape)} SELECT * FROM unnest({arrays}){_or_move(shape)}"  # noqa: S608


def _into(shape: _Shape) -> str:
    fields = _written_fields(shape.model, shape.has_key)
    columns = ", ".join(_quoted(field.column) for field in fields)
    return f"INSERT INTO {_quoted(shape.model._meta.db_table)} ({columns})"


def _or_move(shape: _Shape) -> str:
    if shape.is_new:
        return ""
    moved = [_quoted(field.column) for field in _moved_fields(shape.model)]
    places = ", ".join(f"{column} = EXCLUDED.{column}" for column in moved)
    return f" ON CONFLICT ({_quoted(shape.model._meta.pk.column)}) DO UPDATE SET {places}"


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(str(name))


def _query(row: models.Model) -> InsertQuery:
    if row._state.adding:
        return InsertQuery(type(row))
    return InsertQuery(
        type(row),
        on_conflict=OnConflict.UPDATE,
        update_fields=_moved_fields(type(row)),
        unique_fields=[row._meta.pk],
    )
