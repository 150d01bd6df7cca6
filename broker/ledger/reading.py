"""What the ledger tells the rest of the house: the events of a stream, and how fresh the log is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from broker.basics.clock import now
from broker.basics.errors import Expired
from broker.crypto.canonical import Json
from broker.ledger.models import Chain, Checkpoint, Entry, Pool
from broker.ledger.proofs import envelope_of


@dataclass(frozen=True, slots=True)
class PastEvent:
    """An event as it was written down; `header` and `body` are null once its key is destroyed.

    `seq` is null for a page read. `commitment` is 64 hex digits.
    """

    event_id: UUID
    stream: str
    seq: int | None
    verb: str
    at: datetime
    commitment: str
    header: dict[str, Json] | None
    body: dict[str, Json] | None


def events_of(stream: str, *, readings: bool = True) -> list[PastEvent]:
    """Return the events of `stream`, oldest first, page reads among them unless left out.

    Who may see bodies is for the caller's policy to say before it asks.
    """
    entries = Entry.objects.filter(stream=stream)
    if not readings:
        entries = entries.filter(seq__isnull=False)
    return [_past(entry) for entry in _in_order(entries)]


def event(event_id: UUID) -> PastEvent | None:
    """Return one event, or None."""
    entry = Entry.objects.filter(pk=event_id).first()
    return _past(entry) if entry else None


def last_seq(stream: str) -> int:
    """Return the seq of the last event of `stream`, 0 before the first."""
    chain = Chain.objects.filter(pk=stream).first()
    return chain.seq if chain else 0


def newest_age() -> timedelta | None:
    """Return how long ago the newest checkpoint was signed; None before the first."""
    newest = Checkpoint.objects.order_by("-size").values_list("at", flat=True).first()
    return now() - newest if newest else None


def waiting_age() -> timedelta:
    """Return how long the oldest accepted event has waited for its index; zero if none does.

    Readiness looks at this one: a quiet log has an old checkpoint and is well.
    """
    first = Pool.objects.order_by("id").values_list("entry", flat=True).first()
    at = Entry.objects.filter(pk=first).values_list("at", flat=True).first() if first else None
    return max(now() - at, timedelta(0)) if at else timedelta(0)


def _in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Sort by seq; a page read stands where its instant puts it among the others."""
    return sorted(entries, key=lambda entry: (entry.at, entry.seq or 0, entry.id))


def _past(entry: Entry) -> PastEvent:
    try:
        envelope = envelope_of(entry)
    except Expired:
        envelope = None
    return PastEvent(
        event_id=entry.id,
        stream=entry.stream,
        seq=entry.seq,
        verb=entry.verb,
        at=entry.at,
        commitment=bytes(entry.commitment).hex(),
        header=envelope.header_members() if envelope else None,
        body=envelope.body_members() if envelope else None,
    )
