"""Texts that are signed as notes, and the fields in them: checkpoints and promises.

Who signed them is note's business. Source: C2SP tlog-checkpoint (commit 5ba5ee8).
"""

import base64
import binascii
import re
from dataclasses import dataclass

MAX_NUMBER = 2**63 - 1
PROMISE_DELAY_S = 10

_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")


class NoteError(ValueError):
    """A note, key, checkpoint or promise is malformed or not signed as it must be."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log `origin` has `size` leaves (at least 1) under `root` (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the three lines that are signed; raise NoteError for an impossible value."""
        text = f"{self.origin}\n{self.size}\n{write_base64(self.root)}\n"
        Checkpoint.parse(text)
        return text

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read a checkpoint of exactly three lines; raise NoteError otherwise."""
        origin, size, root = _lines(text, 3, "checkpoint")
        checkpoint = cls(origin, parse_number(size), parse_hash(root))
        if checkpoint.size == 0:
            raise NoteError("The checkpoint is of an empty log.")
        return checkpoint


@dataclass(frozen=True, slots=True)
class Promise:
    """The log `origin` will hold `commitment` (32 bytes) at most `delay` seconds after `at`.

    `at` is the floor of the acceptance time in POSIX seconds.
    Source: docs/custody-format.md, section 2.
    """

    origin: str
    commitment: bytes
    at: int
    delay: int = PROMISE_DELAY_S

    def text(self) -> str:
        """Return the five lines that are signed; raise NoteError for an impossible value."""
        fields = [self.origin, write_base64(self.commitment), str(self.at), str(self.delay)]
        text = "\n".join(["custody-promise/1", *fields, ""])
        Promise.parse(text)
        return text

    @classmethod
    def parse(cls, text: str) -> "Promise":
        """Read the five lines; raise NoteError otherwise."""
        form, origin, commitment, at, delay = _lines(text, 5, "promise")
        if form != "custody-promise/1":
            raise NoteError("The promise is not of the form custody-promise/1.")
        return cls(origin, parse_hash(commitment), parse_number(at), parse_number(delay))


def parse_base64(text: str) -> bytes:
    """Read RFC 4648 section 4 base64, canonical form only; raise NoteError otherwise."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NoteError("A field is not base64.") from None
    if write_base64(data) != text:
        raise NoteError("A field is base64, but not in its canonical form.")
    return data


def parse_hash(text: str) -> bytes:
    """Read a base64 hash of 32 bytes; raise NoteError otherwise."""
    data = parse_base64(text)
    if len(data) != 32:
        raise NoteError(f"A hash has 32 bytes, not {len(data)}.")
    return data


def parse_number(text: str) -> int:
    """Read an ASCII decimal up to 2^63-1 without leading zeroes; raise NoteError otherwise."""
    if not _NUMBER.fullmatch(text) or int(text) > MAX_NUMBER:
        raise NoteError("A number is not a plain decimal below 2^63.")
    return int(text)


def _lines(text: str, count: int, what: str) -> list[str]:
    lines = text.split("\n")
    if lines.pop() or len(lines) != count or not all(lines):
        raise NoteError(f"A {what} has exactly {count} lines, none of them empty.")
    return lines


def write_base64(data: bytes) -> str:
    """Write RFC 4648 section 4 base64."""
    return base64.b64encode(data).decode("ascii")
