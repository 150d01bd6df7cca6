"""A demo's mark in its database: nothing else is ever filled, and nothing else is emptied."""

from django.db import connection, connections

from broker.basics.errors import Conflict
from broker.demo.folder import DemoFolder

_TABLE = "demo_mark"


def claim(folder: DemoFolder) -> None:
    """Mark an empty database as this folder's; raise Conflict for any other than its own."""
    tables, mark = _tables(), folder.facts()["mark"]
    if not tables:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE {_TABLE} (mark varchar(36) PRIMARY KEY)")
            cursor.execute(f"INSERT INTO {_TABLE} VALUES (%s)", [mark])  # noqa: S608
    elif _TABLE not in tables:
        raise _not_a_demo()
    elif _mark() != mark:
        raise Conflict(
            "The database belongs to a demo that was run from another folder.",
            why=f"Its keys are not in {folder.root}.",
            remedy="Start with --fresh to empty both.",
        )


def empty_database() -> None:
    """Empty a PostgreSQL database that bears a demo's mark; SQLite goes with the folder."""
    tables = _tables()
    if connection.vendor != "postgresql" or not tables:
        return
    if _TABLE not in tables:
        raise _not_a_demo()
    with connections["seals"].cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS seals CASCADE")
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")


def _tables() -> set[str]:
    """Return every table of both databases."""
    return {name for alias in connections for name in _names(alias)}


def _names(alias: str) -> list[str]:
    return list(connections[alias].introspection.table_names(include_views=True))


def _mark() -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT mark FROM {_TABLE}")  # noqa: S608
        return str(cursor.fetchone()[0])


def _not_a_demo() -> Conflict:
    return Conflict(
        "The demo does not touch this database.",
        why="It holds tables, and none of them is a demo's mark.",
        remedy="Give DATABASE_URL an empty database, or leave it out for SQLite.",
    )
