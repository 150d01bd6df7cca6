"""What an event says, and the exact bytes that are committed to (custody format, section 2)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from broker.basics.actor import Actor
from broker.basics.clock import iso
from broker.basics.ids import uuid7
from broker.crypto.canonical import Json

FORMAT = "custody-event/1"
SOFTWARE = "referral-broker/0.1.0"
BROKER = "broker"

_STREAM = re.compile(r"broker|(?:case|org):[!-~]{1,90}")


@dataclass(frozen=True, slots=True)
class Subject:
    """What the event is about. `sha256` (hex) is a salted commitment unless of ciphertext."""

    type: str
    id: str
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class InstrumentRef:
    """The instrument under which the event happened: its id and the digest of its file."""

    id: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, before the ledger gave it a place and an instant.

    `stream` is `case:<id>`, `org:<party id>` or `broker`. `organisations` (party ids) and
    `counts` stand in clear and survive erasure; so do verb and instrument's id; all else is
    sealed. `facts` replaces the usual body: verb, at, time_source and software are added to
    it, nothing else. `id` is drawn by whoever keeps the act's idempotency row.
    """

    verb: str
    stream: str
    actor: Actor
    subjects: tuple[Subject, ...] = ()
    instrument: InstrumentRef | None = None
    old: Json = None
    new: Json = None
    basis: str | None = None
    purpose: str | None = None
    organisations: tuple[str, ...] = ()
    counts: Mapping[str, int] | None = None
    facts: Mapping[str, Json] | None = None
    id: UUID = field(default_factory=uuid7)

    def __post_init__(self) -> None:
        """Raise ValueError for a stream the custody format does not know."""
        if not _STREAM.fullmatch(self.stream):
            raise ValueError(f"There is no stream {self.stream!r}: case:ID, org:ID or broker.")

    def body(self, *, at: datetime, time_source: str) -> dict[str, Json]:
        """Return the body's members; `time_source` is "database" or "process"."""
        when: dict[str, Json] = {"verb": self.verb, "at": iso(at), "time_source": time_source}
        told = self._usual() if self.facts is None else self.facts
        return {**told, **when, "software": SOFTWARE}

    def _usual(self) -> dict[str, Json]:
        cited: Json = None
        if self.instrument is not None:
            cited = {"id": self.instrument.id, "sha256": self.instrument.sha256}
        return {
            "actor": {
                "id": self.actor.id,
                "service_number": self.actor.service_number,
                "role": self.actor.role,
                "organisation": self.actor.organisation,
            },
            "basis": self.basis,
            "purpose": self.purpose,
            "subjects": [
                {"type": subject.type, "id": subject.id, "sha256": subject.sha256}
                for subject in self.subjects
            ],
            "instrument": cited,
            "old": self.old,
            "new": self.new,
        }


def header(event: Event, *, seq: int | None, prev: bytes | None, body: bytes) -> dict[str, Json]:
    """Return the header's members; `prev` and `body` are commitments of 32 bytes."""
    return {
        "format": FORMAT,
        "event_id": str(event.id),
        "stream": event.stream,
        "seq": seq,
        "prev": prev.hex() if prev is not None else None,
        "body": body.hex(),
    }
