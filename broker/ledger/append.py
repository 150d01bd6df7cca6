"""The only pen of the ledger: it writes events down in the caller's transaction.

What is appended is in the log some moments later; the sequencer sees to that. Until then
the promise stands for it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, models

from broker.basics import rows
from broker.crypto.canonical import canonical
from broker.ledger.chains import Locked, lock
from broker.ledger.envelope import Envelope, new_salt
from broker.ledger.event import Event, InstrumentRef, Subject, header
from broker.ledger.models import Chain, Entry, Pool
from broker.ledger.promise import promise_for, promise_of
from broker.seals import sealing
from broker.seals.cipher import DataKey

__all__ = [
    "Appended",
    "Event",
    "InstrumentRef",
    "Prepared",
    "Subject",
    "append",
    "note_reading",
    "prepare",
    "promise_for",
    "promise_of",
]


@dataclass(frozen=True, slots=True)
class Appended:
    """An event's place: `seq` is null for a page read; `commitment` has 32 bytes.

    `at` (aware, UTC) is the instant of acceptance: the database's, on SQLite the process's.
    """

    event_id: UUID
    stream: str
    seq: int | None
    commitment: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Prepared:
    """Rows to insert with the step's own, and what they will say once committed."""

    rows: tuple[models.Model, ...]
    appended: tuple[Appended, ...]
    at: datetime


def append(*events: Event, begun: Collection[str] = ()) -> list[Appended]:
    """Write `events` down in the caller's transaction, in their order; see `prepare`."""
    prepared = prepare(*events, begun=begun)
    rows.insert(*prepared.rows)
    return list(prepared.appended)


def prepare(*events: Event, begun: Collection[str] = ()) -> Prepared:
    """Lock the streams of `events` and return the rows that write them down.

    The caller gives all the rows to one `rows.insert`, in this transaction. `begun` names
    streams that have no event yet (a case that begins in this very act): they cost no read.
    Call it once an act with all its events, so that locks are taken in the one order.
    Raises Expired when a stream's key was destroyed.
    """
    _demand_transaction()
    streams = {event.stream for event in events}
    keys = sealing.ready(streams, new=begun)
    locked = lock(streams, begun=begun)
    written = [_chained(event, locked, keys[event.stream]) for event in events]
    chains = sorted(locked.chains.values(), key=lambda chain: chain._state.adding)
    return _prepared(written, chains, locked.at)


def note_reading(*events: Event, after: int | None = None) -> list[Appended]:
    """Write down that pages were read; waits for nobody, for no stream is locked.

    `after` is the case's seq as it was seen (null for a list view, which is one event).
    """
    _demand_transaction()
    keys = sealing.ready({event.stream for event in events})
    now = lock((), begun=())
    written = [_read_only(event, now, keys[event.stream], after) for event in events]
    prepared = _prepared(written, [], now.at)
    rows.insert(*prepared.rows)
    return list(prepared.appended)


def _chained(event: Event, locked: Locked, key: DataKey) -> Entry:
    """Return the entry that follows the last one of its stream, and move the chain there."""
    chain = locked.chains[event.stream]
    body_salt, body = _body(event, locked)
    sealed_body = Envelope(b"", b"", body_salt, body).body_commitment
    prev = bytes(chain.commitment) if chain.commitment is not None else None
    members = header(event, seq=chain.seq + 1, prev=prev, body=sealed_body)
    envelope = Envelope(new_salt(), canonical(members), body_salt, body)
    chain.seq, chain.commitment, chain.event = chain.seq + 1, envelope.commitment, event.id
    return _entry(event, envelope, key, seq=chain.seq, at=locked.at)


def _read_only(event: Event, now: Locked, key: DataKey, after: int | None) -> Entry:
    body_salt, body = _body(event, now)
    sealed_body = Envelope(b"", b"", body_salt, body).body_commitment
    members = header(event, seq=None, prev=None, body=sealed_body) | {"after": after}
    envelope = Envelope(new_salt(), canonical(members), body_salt, body)
    return _entry(event, envelope, key, seq=None, at=now.at)


def _body(event: Event, locked: Locked) -> tuple[bytes, bytes]:
    return new_salt(), canonical(event.body(at=locked.at, time_source=locked.time_source))


def _entry(
    event: Event, envelope: Envelope, key: DataKey, *, seq: int | None, at: datetime
) -> Entry:
    return Entry(
        id=event.id,
        stream=event.stream,
        seq=seq,
        commitment=envelope.commitment,
        sealed=envelope.sealed(key, stream=event.stream, event_id=event.id),
        verb=event.verb,
        instrument=event.instrument.id if event.instrument else "",
        organisations=list(event.organisations),
        counts=dict(event.counts) if event.counts is not None else None,
        at=at,
    )


def _prepared(entries: Iterable[Entry], chains: list[Chain], at: datetime) -> Prepared:
    entries = list(entries)
    pool = [Pool(entry=entry.id) for entry in entries]
    appended = tuple(
        Appended(entry.id, entry.stream, entry.seq, bytes(entry.commitment), at)
        for entry in entries
    )
    return Prepared((*entries, *pool, *chains), appended, at)


def _demand_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("An event is appended inside an act: open acting(actor) first.")
