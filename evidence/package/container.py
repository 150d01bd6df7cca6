"""The container's bytes: which stand where, so that they can be written, joined and ranged.

A container is never copied to be served: its layout tells, for any range of bytes, which are
headers and small entries (kept here) and which are the payload's (kept in the vault). The
payload is always the second entry, so its place never changes when a hand-over is added.
Source: docs/custody-format.md, section 1, "Container".
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from broker.basics.errors import DigestMismatch
from evidence.package import layout
from evidence.package.container_reader import open_envelope
from evidence.package.payload import PayloadFacts
from evidence.package.zip_writer import ZipText

_BLOCK = layout.MIB


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the container: literal bytes, or, where `literal` is None, the payload."""

    start: int
    size: int
    literal: bytes | None


@dataclass(frozen=True, slots=True)
class Layout:
    """A whole container or envelope: parts one behind the other, `size` bytes in all.

    `sha256` names this very layout and payload, hex; it is fit for an entity tag.
    """

    parts: tuple[Part, ...]
    size: int
    sha256: str

    def stretches(self, start: int, stop: int) -> Iterator[Part]:
        """Yield what makes up the bytes from `start` to before `stop`.

        A literal part has its bytes; of the payload, `start` counts within payload.bin.
        """
        for part in self.parts:
            low, high = max(start, part.start), min(stop, part.start + part.size)
            if low < high:
                within, size = low - part.start, high - low
                literal = part.literal
                yield Part(within, size, literal and literal[within : within + size])

    def read(self, payload: BinaryIO, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Yield the container's bytes in the range, in blocks of up to 1 MiB.

        `payload` must seek and hold payload.bin alone. Raises DigestMismatch when it ends early.
        """
        for part in self.stretches(start, self.size if stop is None else stop):
            if part.literal is not None:
                yield part.literal
            else:
                yield from _payload_blocks(payload, part)

    def write(self, payload: BinaryIO, out: BinaryIO) -> None:
        """Write the whole container to `out`."""
        for block in self.read(payload):
            out.write(block)


def lay_out(entries: Mapping[str, bytes], payload: PayloadFacts) -> Layout:
    """Return the container of the given entries (mimetype not among them) and the payload."""
    text = ZipText()
    text.add(layout.MIMETYPE, layout.MIMETYPE_BYTES)
    text.add_large_header(layout.PAYLOAD, size=payload.size, crc=payload.crc32)
    head = text.taken()
    _add_all(text, entries)
    return _layout([head, payload.size, text.finish()], salt=payload.sha256)


def lay_out_envelope(entries: Mapping[str, bytes]) -> bytes:
    """Return envelope.zip: the given entries behind the mimetype, without a payload."""
    text = ZipText()
    text.add(layout.MIMETYPE, layout.MIMETYPE_BYTES)
    _add_all(text, entries)
    return text.finish()


def join(envelope: BinaryIO, payload: PayloadFacts, *, added: Mapping[str, bytes]) -> Layout:
    """Return the container of an envelope and its payload.

    `added` are `ledger/*` and hand-overs. Raises Invalid or TooLarge for an envelope that is
    not one. Whether its statement is about this payload is the caller's question.
    """
    opened = open_envelope(envelope)
    names = [name for name in opened.entries if name != layout.MIMETYPE]
    return lay_out({name: opened.read(name) for name in names} | dict(added), payload)


def payload_offset() -> int:
    """Return at which byte of a container the payload begins; it is always the same."""
    return lay_out({}, PayloadFacts(size=0, sha256="", crc32=0)).parts[0].size


def _add_all(text: ZipText, entries: Mapping[str, bytes]) -> None:
    for name in sorted(entries, key=lambda name: (name.startswith("ledger/"), name)):
        text.add(name, entries[name])


def _layout(pieces: list[bytes | int], *, salt: str) -> Layout:
    parts, at, hasher = [], 0, hashlib.sha256(salt.encode())
    for piece in pieces:
        literal = piece if isinstance(piece, bytes) else None
        size = piece if isinstance(piece, int) else len(piece)
        hasher.update(literal or b"")
        parts.append(Part(at, size, literal))
        at += size
    return Layout(tuple(parts), at, hasher.hexdigest())


def _payload_blocks(payload: BinaryIO, part: Part) -> Iterator[bytes]:
    payload.seek(part.start)
    missing = part.size
    while missing:
        block = payload.read(min(_BLOCK, missing))
        if not block:
            raise DigestMismatch(
                "The payload ends before its stated size.",
                why="The stored payload.bin was cut after it was received.",
            )
        missing -= len(block)
        yield block
