"""One entry: does it open to its commitment, and does what stands in clear agree with it?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from broker.basics.clock import iso
from broker.basics.errors import Expired, Refusal
from broker.ledger.envelope import Envelope
from broker.ledger.event import FORMAT
from broker.ledger.models import Entry
from broker.ledger.proofs import envelope_of


@dataclass(frozen=True, slots=True)
class Judged:
    """`prev` is what the header says of the link before (hex), unknown when erased."""

    faults: tuple[str, ...]
    prev: str | None
    is_erased: bool = False


def entry_faults(entry: Entry) -> Judged:
    """Open an entry and compare; an erased one is taken at its commitment."""
    try:
        envelope = envelope_of(entry)
        header, body = envelope.header_members(), envelope.body_members()
    except Expired:
        return Judged((), None, is_erased=True)
    except Refusal as refusal:
        return Judged((f"Entry {entry.id}: {refusal.what}",), None)
    found = [*_commitments(entry, envelope, header), *_clear(entry, header, body)]
    prev = header.get("prev")
    named = tuple(f"Entry {entry.id}: {fault}" for fault in found)
    return Judged(named, prev if isinstance(prev, str) else None)


def _commitments(entry: Entry, envelope: Envelope, header: dict[str, Any]) -> Iterator[str]:
    if envelope.commitment != bytes(entry.commitment):
        yield "the header does not open the commitment."
    if envelope.body_commitment.hex() != header.get("body"):
        yield "the body does not open what the header says of it."


def _clear(entry: Entry, header: dict[str, Any], body: dict[str, Any]) -> Iterator[str]:
    told = {
        "format": (header.get("format"), FORMAT),
        "event_id": (header.get("event_id"), str(entry.id)),
        "stream": (header.get("stream"), entry.stream),
        "seq": (header.get("seq"), entry.seq),
        "verb": (body.get("verb"), entry.verb),
        "at": (body.get("at"), iso(entry.at)),
    }
    if "instrument" in body:
        told["instrument"] = ((body["instrument"] or {}).get("id", ""), entry.instrument)
    for name, (sealed, clear) in told.items():
        if sealed != clear:
            yield f"its {name} is {clear!r} in clear, but {sealed!r} under seal."
