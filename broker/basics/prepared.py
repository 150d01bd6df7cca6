"""Statements that PostgreSQL binds itself and keeps prepared; for the few that run all the time."""

from typing import Any

from django.db import connection


def prepared_cursor() -> Any:
    """Return a cursor whose statements name their parameters `$1`, `$2`; PostgreSQL only.

    It is within the caller's transaction, and Django's logging and wrappers see what it runs.
    """
    from psycopg import RawCursor

    connection.ensure_connection()
    return connection._prepare_cursor(RawCursor(connection.connection))  # type: ignore[attr-defined]
