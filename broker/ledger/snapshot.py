"""One view of the database for as long as a long reading takes."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

_FROZEN = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
_MODE = "transaction_mode"  # SQLite's wrapper alone has it


@contextmanager
def snapshot() -> Iterator[None]:
    """Read within the block as of one instant, writers going on; inside a transaction, as it is."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(_FROZEN)
            yield
    else:
        with _deferred(), transaction.atomic():
            yield


@contextmanager
def _deferred() -> Iterator[None]:
    """On SQLite, take no writer's place: a deferred transaction reads from the log's snapshot."""
    connection.ensure_connection()  # which sets the mode
    mode = getattr(connection, _MODE)
    setattr(connection, _MODE, "DEFERRED")
    try:
        yield
    finally:
        setattr(connection, _MODE, mode)
