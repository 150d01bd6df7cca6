"""Months of the Entry table on PostgreSQL: each is a partition, made before it begins.

An id is a UUIDv7, so the month of an entry can be read off its id. What no partition takes
falls into the default one; nothing is ever refused for want of a month.
"""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from broker.basics.clock import now

MONTHS_AHEAD = 3

log = logging.getLogger("broker.ledger")


def make_months(
    *, ahead: int = MONTHS_AHEAD, database: BaseDatabaseWrapper | None = None
) -> list[str]:
    """Make the partitions of this month and the next `ahead`; return the names of new ones.

    On SQLite, which has no partitions, it does nothing. A month that already has entries in
    the default partition stays there, and a log line says so. Beat rings this monthly.
    """
    database = database or connection
    if database.vendor != "postgresql":
        return []
    return [
        name for first, end in _months(now(), ahead + 1) if (name := _make(database, first, end))
    ]


def _make(database: BaseDatabaseWrapper, first: datetime, end: datetime) -> str | None:
    name = f"ledger_entry_{first:%Y_%m}"
    low, high = _first_id(first), _first_id(end)
    with database.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [name])
        if cursor.fetchone()[0]:
            return None
        cursor.execute(
            "SELECT EXISTS (SELECT FROM ledger_entry_rest WHERE id >= %s AND id < %s)", [low, high]
        )
        if cursor.fetchone()[0]:
            log.warning("month_late", extra={"partition": name})
            return None
        cursor.execute(
            f'CREATE TABLE IF NOT EXISTS "{name}" PARTITION OF ledger_entry '
            f"FOR VALUES FROM ('{low}') TO ('{high}')"
        )
    return name


def _months(at: datetime, count: int) -> Iterator[tuple[datetime, datetime]]:
    """Yield the first instant of `count` months and of the one after each, from `at`'s own."""
    serial = at.year * 12 + at.month - 1
    for month in range(serial, serial + count):
        yield _first_of(month), _first_of(month + 1)


def _first_of(serial: int) -> datetime:
    return datetime(serial // 12, serial % 12 + 1, 1, tzinfo=UTC)


def _first_id(at: datetime) -> UUID:
    """Return the least id an event at or after `at` can have."""
    return UUID(int=int(at.timestamp() * 1000) << 80)
