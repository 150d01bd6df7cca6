"""Reads the tar of a package member by member from a stream, strictly; nothing is kept.

Only plain files with fixed attributes exist in it; a pax header stands only where the plain
one cannot say path or size. Source: docs/custody-format.md, section 1, Inside; fields as in
POSIX pax, ustar interchange format.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from broker.basics.errors import Invalid
from evidence.package.padding import padded_size

BLOCK = 512
PAX_SIZE_FROM = 8 * 1024**3
NAME_BYTES = 100
_MAX_PAX = 8 * 1024
_ZERO_BLOCK = bytes(BLOCK)
_NUMBER = re.compile(rb"([0-7]+)[\x00 ]+")
_RECORD = re.compile(rb"([1-9][0-9]*) (path|size)=")
_DECIMAL = re.compile(rb"0|[1-9][0-9]{0,18}")
_PLAIN, _PAX = b"0", b"x"


@dataclass(frozen=True, slots=True)
class Member:
    """A file of the tar: its full path and its size in bytes."""

    path: str
    size: int


class Plaintext:
    """The decrypted payload as a stream of exact reads; counts what has passed."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._left = memoryview(b"")
        self.position = 0

    def some(self, most: int) -> memoryview:
        """Return 1 to `most` bytes, none at the end."""
        while not self._left:
            chunk = next(self._chunks, None)
            if chunk is None:
                return self._left
            self._left = memoryview(chunk)
        part, self._left = self._left[:most], self._left[most:]
        self.position += len(part)
        return part

    def exactly(self, size: int) -> bytes:
        """Return `size` bytes; raise Invalid when the stream ends before."""
        parts = list(self.blocks(size))
        return bytes(parts[0]) if len(parts) == 1 else b"".join(parts)

    def blocks(self, size: int) -> Iterator[memoryview]:
        """Yield `size` bytes in parts; raise Invalid when the stream ends before."""
        while size:
            part = self.some(size)
            if not part:
                raise Invalid("The tar inside the package is cut short.")
            size -= len(part)
            yield part


class TarReader:
    """Walks a package's tar once. Read each member's `body` before asking for the next."""

    def __init__(self, chunks: Iterable[bytes], *, most: int) -> None:
        self._plain = Plaintext(chunks)
        self._most = most
        self._unread = 0
        self._padding = 0

    def members(self) -> Iterator[Member]:
        """Yield every member, then check the end: two zero blocks and the exact padding.

        Raises Invalid for whatever a package's tar does not have, also for a member larger
        than the `most` bytes there can be. What of a body is left unread is passed over.
        """
        while (member := self._next()) is not None:
            self._unread, self._padding = member.size, -member.size % BLOCK
            yield member
            for _ in self.body():
                pass
        self._demand_end()

    def body(self) -> Iterator[memoryview]:
        """Yield what is left of the present member's bytes, in parts."""
        while self._unread:
            part = self._plain.some(self._unread)
            if not part:
                raise Invalid("The tar inside the package is cut short.")
            self._unread -= len(part)
            yield part
        if any(self._plain.exactly(self._padding)):
            raise Invalid("Bytes other than zero fill the gap behind a file in the tar.")
        self._padding = 0

    def _next(self) -> Member | None:
        block = self._plain.exactly(BLOCK)
        if block == _ZERO_BLOCK:
            return None
        pax: dict[str, bytes] = {}
        if _kind(block) == _PAX:
            pax = self._pax(block)
            block = self._plain.exactly(BLOCK)
        member = _member(block, pax)
        if member.size > self._most - self._plain.position:
            raise Invalid(f"The tar announces {member.size} bytes where fewer are left.")
        return member

    def _pax(self, block: bytes) -> dict[str, bytes]:
        size = _number(block, 124, 136)
        if not 0 < size <= _MAX_PAX:
            raise Invalid("A pax header in the tar is empty or too large.")
        data = self._plain.exactly(size)
        if any(self._plain.exactly(-size % BLOCK)):
            raise Invalid("Bytes other than zero fill the gap behind a pax header.")
        return _pax_records(data)

    def _demand_end(self) -> None:
        if self._plain.exactly(BLOCK) != _ZERO_BLOCK:
            raise Invalid("The tar does not end with two zero blocks.")
        expected = padded_size(self._plain.position)
        while part := self._plain.some(64 * 1024):
            if any(part):
                raise Invalid("The padding behind the tar holds bytes other than zero.")
        if self._plain.position != expected:
            raise Invalid(
                f"The plaintext has {self._plain.position} bytes; "
                f"a tar of its size is padded to {expected}."
            )


def _member(block: bytes, pax: dict[str, bytes]) -> Member:
    if _kind(block) != _PLAIN:
        raise Invalid(
            "The tar holds a member that is no plain file.",
            why="Links, folders, devices and sparse files do not belong in a package.",
        )
    _demand_attributes(block)
    name, size = _text(block, 0, NAME_BYTES), _number(block, 124, 136)
    path = _path(pax.get("path", name))
    true_size = int(pax.get("size", str(size).encode()))
    if size not in (0, true_size):
        raise Invalid(f"The tar gives two sizes for {path[:120]!r}.")
    needs_pax = true_size >= PAX_SIZE_FROM or not path.isascii() or len(path) > NAME_BYTES
    if bool(pax) != needs_pax:
        raise Invalid(f"A pax header stands before {path[:120]!r} without need, or is missing.")
    return Member(path, true_size)


def _kind(block: bytes) -> bytes:
    """Check the header's sum and magic; return its typeflag."""
    total = sum(block) - sum(block[148:156]) + 8 * ord(" ")
    if _number(block, 148, 156) != total or block[257:265] != b"ustar\x0000":
        raise Invalid("The tar holds a header that is no ustar header or was changed.")
    return block[156:157]


def _demand_attributes(block: bytes) -> None:
    numbers = tuple(_number(block, *at) for at in ((100, 108), (108, 116), (116, 124), (136, 148)))
    if numbers != (0o644, 0, 0, 0):
        raise Invalid("A file in the tar has a mode, owner or time of its own.")
    if any(_text(block, *at) for at in ((157, 257), (265, 297), (297, 329), (345, 500))):
        raise Invalid("A file in the tar has a link, an owner's name or a path prefix.")
    if block[329:345].strip(b"0\x00 ") or any(block[500:]):
        raise Invalid("A file in the tar has a device number or bytes behind its header.")


def _number(block: bytes, start: int, end: int) -> int:
    found = _NUMBER.fullmatch(block[start:end])
    if not found:
        raise Invalid("A tar header holds a number that is not plain octal.")
    return int(found[1], 8)


def _text(block: bytes, start: int, end: int) -> bytes:
    text, _, rest = block[start:end].partition(b"\x00")
    if any(rest):
        raise Invalid("A tar header holds bytes behind the end of a text.")
    return text


def _path(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Invalid("The tar holds a path that is not UTF-8.") from None


def _pax_records(data: bytes) -> dict[str, bytes]:
    records: dict[str, bytes] = {}
    while data:
        found = _RECORD.match(data)
        length = int(found[1]) if found and len(found[1]) < 6 else 0
        if not found or not found.end() < length <= len(data) or data[length - 1 : length] != b"\n":
            raise Invalid("A pax header holds more than path and size, or is malformed.")
        key, value = found[2].decode(), data[found.end() : length - 1]
        if key in records or (key == "size" and not _DECIMAL.fullmatch(value)):
            raise Invalid("A pax header gives a value twice, or a size that is no number.")
        records[key] = value
        data = data[length:]
    return records
