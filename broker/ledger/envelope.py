"""One event in bytes: header, body and their salts, committed to, packed and sealed."""

import os
from dataclasses import dataclass
from uuid import UUID

from broker.basics.errors import DigestMismatch
from broker.crypto.canonical import SALT_BYTES, Json, commitment, parse_canonical
from broker.seals.cipher import DataKey
from broker.seals.sealing import open_sealed, seal_with

_LENGTH_BYTES = 4
_SALTS = 2 * SALT_BYTES


@dataclass(frozen=True, slots=True)
class Envelope:
    """`header` and `body` are canonical JSON; the salts have 32 bytes each."""

    salt: bytes
    header: bytes
    body_salt: bytes
    body: bytes

    @property
    def commitment(self) -> bytes:
        """C(event, salt, header): the 32 bytes that the log holds."""
        return commitment("event", self.salt, self.header)

    @property
    def body_commitment(self) -> bytes:
        """C(body, body_salt, body): what the header says of the body."""
        return commitment("body", self.body_salt, self.body)

    def header_members(self) -> dict[str, Json]:
        """Return the header as an object."""
        return _members(self.header)

    def body_members(self) -> dict[str, Json]:
        """Return the body as an object."""
        return _members(self.body)

    def sealed(self, key: DataKey, *, stream: str, event_id: UUID) -> bytes:
        """Return the event sealed under its stream's key, bound to its id."""
        length = len(self.header).to_bytes(_LENGTH_BYTES)
        packed = self.salt + self.body_salt + length + self.header + self.body
        return seal_with(key, stream, packed, context=_context(event_id))


def new_salt() -> bytes:
    """Return 32 random bytes."""
    return os.urandom(SALT_BYTES)


def opened(sealed: bytes, *, stream: str, event_id: UUID) -> Envelope:
    """Open what `Envelope.sealed` returned.

    Raises Expired when the stream's key was destroyed, DigestMismatch when the bytes are
    not that event's.
    """
    packed = open_sealed(stream, sealed, context=_context(event_id))
    start = _SALTS + _LENGTH_BYTES
    end = start + int.from_bytes(packed[_SALTS:start])
    return Envelope(packed[:SALT_BYTES], packed[start:end], packed[SALT_BYTES:_SALTS], packed[end:])


def _context(event_id: UUID) -> bytes:
    return b"entry\x00" + event_id.bytes


def _members(data: bytes) -> dict[str, Json]:
    value = parse_canonical(data)
    if not isinstance(value, dict):
        raise DigestMismatch(
            "An event of the ledger is not an object.", remedy="Run verify_ledger."
        )
    return value
