"""One act, one transaction: opened around read and action, closed before rendering."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, cast

from django.db import connection, transaction

from broker.basics.actor import Actor
from broker.basics.clock import act_began


class _SQLiteConnection(Protocol):
    """What Django's SQLite connection has and its stubs do not name."""

    transaction_mode: str | None

    def ensure_connection(self) -> None: ...


_SET_UNIT = "SELECT set_config('broker.unit', %s, true)"
# The same round trip brings the database's time, which the ledger writes down.
_BEGIN_ACT = "SELECT set_config('broker.unit', %s, true), now()"


@contextmanager
def acting(actor: Actor) -> Iterator[Actor]:
    """Run the block as one durable write transaction in the name of `actor`.

    Never nested. On PostgreSQL the actor's organisation is set with the first statement.
    Yield data out of it, never a lazy queryset; a refusal leaves it as an exception.
    """
    with transaction.atomic(durable=True):
        began = None
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(_BEGIN_ACT, [actor.organisation or ""])
                _, began = cursor.fetchone()
        with act_began(began):
            yield actor


@contextmanager
def looking(actor: Actor) -> Iterator[Actor]:
    """Run the block as one read-only transaction in the name of `actor`.

    On SQLite it is deferred, so that a page never waits for a writer; the database itself
    refuses a write in either case.
    """
    looked = _sqlite_look if connection.vendor == "sqlite" else _postgres_look
    with looked(actor):
        yield actor


@contextmanager
def _postgres_look(actor: Actor) -> Iterator[None]:
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        if not connection.needs_rollback and _outermost():
            cursor.execute("SET TRANSACTION READ ONLY")
        cursor.execute(_SET_UNIT, [actor.organisation or ""])
        yield


def _outermost() -> bool:
    """Tell whether no test's own transaction surrounds this one (read-only cannot be undone)."""
    return len(connection.atomic_blocks) == 1


@contextmanager
def _sqlite_look(actor: Actor) -> Iterator[None]:
    sqlite = cast(_SQLiteConnection, connection)
    sqlite.ensure_connection()  # which sets the mode
    mode = sqlite.transaction_mode
    sqlite.transaction_mode = "DEFERRED"
    try:
        with transaction.atomic(durable=True):
            # On the driver's own connection: Django refuses statements once the block is broken,
            # and a connection left read-only would fail every later act of its thread.
            driver = connection.connection
            driver.execute("PRAGMA query_only = ON")
            try:
                yield
            finally:
                driver.execute("PRAGMA query_only = OFF")
    finally:
        sqlite.transaction_mode = mode
