"""Promises: signed notes that an accepted act will be in the log within the delay they state."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from broker.basics.errors import NotFound
from broker.crypto.note import Promise, sign_note
from broker.ledger.models import Entry
from broker.ledger.signing import origin, promise_signer


class Accepted(Protocol):
    """What a promise is given for: the commitment (32 bytes) and the instant of acceptance."""

    @property
    def commitment(self) -> bytes | memoryview: ...
    @property
    def at(self) -> datetime: ...


def promise_for(event_id: UUID) -> str:
    """Return the signed promise for a committed event; the same text every time it is asked.

    Raises NotFound when there is no such event. Source: custody format, section 2.
    """
    entry = Entry.objects.filter(pk=event_id).only("commitment", "at").first()
    if entry is None:
        raise NotFound("There is no such event.", why="Only accepted acts get a promise.")
    return promise_of(entry)


def promise_of(accepted: Accepted) -> str:
    """Return the promise for what `append` returned; give it to nobody before the commit."""
    at = int(accepted.at.timestamp())
    return sign_note(Promise(origin(), bytes(accepted.commitment), at).text(), promise_signer())
