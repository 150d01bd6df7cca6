"""The last link of each stream, read under its lock, and the instant at which it was read."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from broker.basics import clock
from broker.basics.prepared import prepared_cursor
from broker.ledger.event import BROKER
from broker.ledger.models import Chain

# Everybody locks in this order: cases, organisations, the broker last; then by name. Where one
# row is missing none is locked: rows are made first, by an act that holds no other chain.
_READ = """
    SELECT stream, seq, commitment, event, clock_timestamp() FROM ledger_chain
    WHERE stream = ANY($1::text[])
      AND (SELECT count(*) FROM ledger_chain WHERE stream = ANY($1::text[])) = $2
    ORDER BY stream = 'broker', stream COLLATE "C" FOR UPDATE
"""
_READ_ONE = """
    SELECT stream, seq, commitment, event, clock_timestamp() FROM ledger_chain
    WHERE stream = $1 FOR UPDATE
"""
_BEGIN = """
    INSERT INTO ledger_chain (stream, seq) SELECT unnest($1::text[]), 0
    ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Locked:
    """Chains by stream, locked until the transaction ends, and what the time was then.

    `time_source` is "database" or "process".
    """

    chains: dict[str, Chain]
    at: datetime
    time_source: str


def lock(streams: Collection[str], *, begun: Collection[str]) -> Locked:
    """Lock the chains of `streams`; those in `begun` are new and are not read.

    Call it once an act, with all its streams: the order of locks is what keeps two acts
    from waiting for each other.
    """
    known = sorted(set(streams) - set(begun), key=lambda stream: (stream == BROKER, stream))
    new = {stream: Chain(stream=stream, seq=0) for stream in streams if stream in begun}
    if connection.vendor == "postgresql":
        chains, read_at = _locked(known)
    else:
        chains, read_at = _read(known), None
    at, source = _instant(read_at)
    return Locked(chains | new, at, source)


def _locked(streams: list[str]) -> tuple[dict[str, Chain], datetime | None]:
    if not streams:
        return {}, None
    # Most acts write to one stream; its look-up by key costs the least.
    read = (_READ_ONE, streams) if len(streams) == 1 else (_READ, [streams, len(streams)])
    with prepared_cursor() as cursor:
        found = cursor.execute(*read).fetchall()
        if not found:
            # Once in an organisation's life: its first event makes its row.
            cursor.execute(_BEGIN, [streams])
            found = cursor.execute(*read).fetchall()
    chains = _existing(Chain(*row[:4]) for row in found)
    return chains, max(row[4] for row in found)


def _read(streams: list[str]) -> dict[str, Chain]:
    """Read without a lock: on SQLite the act already holds the only pen."""
    found = _existing(Chain.objects.filter(stream__in=streams))
    return {stream: found.get(stream) or Chain(stream=stream, seq=0) for stream in streams}


def _existing(chains: Iterable[Chain]) -> dict[str, Chain]:
    found = {}
    for chain in chains:
        chain._state.adding = False
        found[chain.stream] = chain
    return found


def _instant(read_at: datetime | None) -> tuple[datetime, str]:
    if (held := clock.frozen_at()) is not None:
        return held, "process"
    if connection.vendor != "postgresql":
        return clock.now(), "process"
    return read_at or clock.act_instant() or _asked(), "database"


def _asked() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        [at] = cursor.fetchone()
    assert isinstance(at, datetime)
    return at
