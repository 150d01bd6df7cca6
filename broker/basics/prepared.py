"""Statements that PostgreSQL binds itself and keeps prepared; for the few that run all the time."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections


def prepared_cursor() -> Any:
    """Return a cursor whose statements name their parameters `$1`, `$2`; PostgreSQL only.

    It is within the caller's transaction, and Django's logging and wrappers see what it runs.
    """
    from psycopg import RawCursor

    database: Any = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    return database._prepare_cursor(RawCursor(database.connection))
