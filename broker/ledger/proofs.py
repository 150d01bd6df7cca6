"""What shows an outsider that an event is in the log, and what it said."""

from typing import cast
from uuid import UUID

from broker.basics.errors import NotFound, Unavailable
from broker.crypto.canonical import Json
from broker.crypto.merkle import consistency_path, inclusion_path
from broker.crypto.tlog_proof import TlogProof
from broker.ledger.envelope import Envelope, opened
from broker.ledger.models import Checkpoint, Entry, Leaf
from broker.ledger.tiles import tiles


def inclusion_proof(event_id: UUID) -> str:
    """Return the event's proof, a c2sp.org/tlog-proof@v1 text.

    It is made from the first checkpoint that holds the event, so it is always the same text.
    Raises NotFound when there is no such event, Unavailable until it is sequenced and signed.
    """
    leaf = Leaf.objects.filter(entry=event_id).first()
    if leaf is None:
        _entry(event_id)
        raise _too_early()
    checkpoint = Checkpoint.objects.filter(size__gt=leaf.index).order_by("size").first()
    if checkpoint is None:
        raise _too_early()
    try:
        path = inclusion_path(leaf.index, checkpoint.size, tiles().subtree)
    except FileNotFoundError:
        raise _too_early() from None
    return TlogProof(leaf.index, tuple(path), checkpoint.note).text()


def consistency(size1: int, size2: int) -> list[bytes]:
    """Return the hashes that show that the log of `size2` begins with the log of `size1`.

    Raises merkle.ProofError unless 1 <= size1 <= size2, Unavailable when `size2` entries are
    not published yet.
    """
    try:
        return consistency_path(size1, size2, tiles().subtree)
    except FileNotFoundError:
        raise _too_early() from None


def event_opening(event_id: UUID, *, withhold_body: bool = False) -> dict[str, Json]:
    """Return `{salt, header, body_salt, body}`, which opens the event's log entry.

    Salts are 64 hex digits, header and body objects; a withheld body and its salt are null.
    Raises NotFound, or Expired when the stream's key was destroyed.
    """
    envelope = envelope_of(_entry(event_id))
    return {
        "salt": envelope.salt.hex(),
        "header": envelope.header_members(),
        "body_salt": None if withhold_body else envelope.body_salt.hex(),
        "body": None if withhold_body else cast("Json", envelope.body_members()),
    }


def envelope_of(entry: Entry) -> Envelope:
    """Open an entry; raise Expired when its stream's key was destroyed."""
    return opened(bytes(entry.sealed), stream=entry.stream, event_id=entry.id)


def _entry(event_id: UUID) -> Entry:
    entry = Entry.objects.filter(pk=event_id).first()
    if entry is None:
        raise NotFound("There is no such event.", why="The ledger has no entry under this id.")
    return entry


def _too_early() -> Unavailable:
    return Unavailable(
        "The proof is not there yet.",
        why="The event is accepted, but not in the published log.",
        remedy="Ask again in ten seconds; until then the promise stands for it.",
    )
