"""Writes the ZIP records of a package: stored, no times, no attributes, the same bytes always.

`zip_records` reads them and has their layout. Source: docs/custody-format.md, section 1,
"Container"; APPNOTE 6.3.10.
"""

import struct
import zlib
from dataclasses import dataclass

from evidence.package.zip_records import CENTRAL, END, END64, FULL32, LOCAL, LOCATOR64

_LOCAL_MARK, _CENTRAL_MARK = 0x04034B50, 0x02014B50
_END_MARK, _END64_MARK, _LOCATOR_MARK = 0x06054B50, 0x06064B50, 0x07064B50
_DATE = 0x0021
_PLAIN, _ZIP64 = 20, 45
_EXTRA = 0x0001


@dataclass(frozen=True, slots=True)
class _Entry:
    name: bytes
    size: int
    crc: int
    offset: int


class ZipText:
    """Collects a container's records in order; data of a large entry is only counted."""

    def __init__(self) -> None:
        self._written = bytearray()
        self._taken = 0
        self._between = 0
        self._entries: list[_Entry] = []

    def add(self, name: str, data: bytes) -> None:
        """Add a small entry, data included."""
        entry = self._enter(name, size=len(data), crc=zlib.crc32(data))
        self._written += _local(entry, version=_PLAIN, shown=entry.size) + entry.name + data

    def add_large_header(self, name: str, *, size: int, crc: int) -> None:
        """Add an entry whose `size` bytes the caller puts behind what was written so far.

        Its header has the 64-bit form whatever the size, so its own length never changes.
        """
        entry = self._enter(name, size=size, crc=crc)
        extra = struct.pack("<HHQQ", _EXTRA, 16, size, size)
        header = _local(entry, version=_ZIP64, shown=FULL32, extra=len(extra))
        self._written += header + entry.name + extra
        self._between += size

    def taken(self) -> bytes:
        """Hand over what was written since the last time."""
        written = bytes(self._written)
        self._taken += len(written)
        self._written.clear()
        return written

    def finish(self) -> bytes:
        """Write directory and end records; hand over what was not taken yet."""
        start = self._position()
        for entry in self._entries:
            self._written += _central(entry)
        self._written += _end(start, self._position() - start, len(self._entries))
        return self.taken()

    def _enter(self, name: str, *, size: int, crc: int) -> _Entry:
        entry = _Entry(name.encode("ascii"), size, crc, self._position())
        self._entries.append(entry)
        return entry

    def _position(self) -> int:
        return self._taken + self._between + len(self._written)


def _local(entry: _Entry, *, version: int, shown: int, extra: int = 0) -> bytes:
    return LOCAL.pack(
        _LOCAL_MARK, version, 0, 0, 0, _DATE, entry.crc, shown, shown, len(entry.name), extra
    )


def _central(entry: _Entry) -> bytes:
    extra, version, shown, offset = b"", _PLAIN, entry.size, entry.offset
    if max(entry.size, entry.offset) >= FULL32:
        # With the extra field both sizes stand in it, also where only the offset needs it.
        version, shown = _ZIP64, FULL32
        extra = struct.pack("<QQ", entry.size, entry.size)
        if entry.offset >= FULL32:
            extra, offset = extra + struct.pack("<Q", entry.offset), FULL32
        extra = struct.pack("<HH", _EXTRA, len(extra)) + extra
    lengths = (len(entry.name), len(extra), 0)
    front = (_CENTRAL_MARK, version, version, 0, 0, 0, _DATE, entry.crc, shown, shown)
    return CENTRAL.pack(*front, *lengths, 0, 0, 0, offset) + entry.name + extra


def _end(start: int, size: int, count: int) -> bytes:
    end64 = b""
    if start + size >= FULL32:
        record = (_END64_MARK, END64.size - 12, _ZIP64, _ZIP64, 0, 0, count, count, size, start)
        locator = LOCATOR64.pack(_LOCATOR_MARK, 0, start + size, 1)
        end64 = END64.pack(*record) + locator
    shown = (min(size, FULL32), min(start, FULL32))
    return end64 + END.pack(_END_MARK, 0, 0, count, count, *shown, 0)
