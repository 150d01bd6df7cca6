"""The one sequencer: it gives entries their index, signs what is committed and publishes it."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection

from broker.basics.clock import now
from broker.basics.durable import make_folder
from broker.basics.swept import Swept
from broker.ledger.drain import BATCH, Drained, drain, head
from broker.ledger.models import Pool
from broker.ledger.publishing import demand_no_rewind, publish, published_size

BATCHES = 16

# Any constant will do, as long as nothing else in the house takes an advisory lock by it.
_LOCK = 0x6C656467657201
_SOON = timedelta(milliseconds=200)


def sweep_once() -> Swept:
    """Sequence what waits (up to BATCHES * BATCH entries) and publish all that is committed.

    Does nothing, and writes nothing, when nothing waits or another sequencer is at work.
    Raises Unavailable when the database does not continue the published log.
    """
    if not (Pool.objects.exists() or published_size() != head().size):
        return Swept(0)
    with _alone() as is_mine:
        if not is_mine:
            return Swept(0, now() + _SOON)
        demand_no_rewind()
        batches = list[Drained]()
        while len(batches) < BATCHES:
            batches.append(drain())
            if len(batches[-1].entries) < BATCH:
                break
        publish(*batches)
    done = sum(len(batch.entries) for batch in batches)
    return Swept(done, now() if len(batches) == BATCHES else None)


@contextmanager
def _alone() -> Iterator[bool]:
    """Be the only sequencer within the block, or learn that another one is."""
    lock = _advisory if connection.vendor == "postgresql" else _file
    with lock() as is_mine:
        yield is_mine


@contextmanager
def _advisory() -> Iterator[bool]:
    """Hold the session's lock: it ends with the connection, however the process ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        [is_mine] = cursor.fetchone()
    try:
        yield is_mine
    finally:
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


@contextmanager
def _file() -> Iterator[bool]:
    """On one machine: SQLite's own lock guards each batch, this one the files as well."""
    folder = Path(settings.LOG_FOLDER)
    make_folder(folder)
    with (folder / ".sequencer").open("wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
