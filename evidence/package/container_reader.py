"""Opens a package's ZIP container strictly, or refuses it; memory does not grow with it.

Every byte of the file is accounted for: entries lie one behind the other, the central
directory follows in the same order, and the end record is the last thing in the file.
What the entries say is judged elsewhere. Source: docs/custody-format.md, section 1.
"""

import hashlib
import io
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from broker.basics.errors import Invalid, TooLarge
from evidence.package import layout, zip_records
from evidence.package.window import Window
from evidence.package.zip_records import CENTRAL, END, END64, LOCAL, LOCATOR64, Directory, Record

_BLOCK = layout.MIB


@dataclass(frozen=True, slots=True)
class Entry:
    """One stored file of the container: its bytes are `size` bytes from `start`."""

    name: str
    start: int
    size: int
    crc: int


class Container:
    """A package, or its envelope, whose structure was found sound.

    Reading an entry checks its CRC-32; digests and signatures are the caller's part.
    """

    def __init__(self, stream: BinaryIO, entries: Mapping[str, Entry]) -> None:
        self._stream = stream
        self.entries = entries

    def __contains__(self, name: str) -> bool:
        return name in self.entries

    def read(self, name: str) -> bytes:
        """Return an entry other than the payload, whole; raise Invalid when its CRC is wrong."""
        entry = self.entries[name]
        data = self.window(name).read(entry.size)
        if zlib.crc32(data) != entry.crc:
            raise _wrong_crc(name)
        return data

    def digest(self, name: str) -> str:
        """Return the SHA-256 of an entry of any size, 64 hex digits; raise Invalid on its CRC."""
        crc, hasher, window = 0, hashlib.sha256(), self.window(name)
        while block := window.read(_BLOCK):
            crc = zlib.crc32(block, crc)
            hasher.update(block)
        if crc != self.entries[name].crc:
            raise _wrong_crc(name)
        return hasher.hexdigest()

    def window(self, name: str) -> BinaryIO:
        """Return an entry's bytes as a stream of its own that can seek; nothing is checked."""
        entry = self.entries[name]
        return io.BufferedReader(Window(self._stream, start=entry.start, size=entry.size))

    def hand_overs(self) -> list[str]:
        """Return the numbers of the hand-over headers, `02` and so on, in order."""
        found = (layout.HAND_OVER.fullmatch(name) for name in self.entries)
        return sorted({match[1] for match in found if match})


def open_container(stream: BinaryIO) -> Container:
    """Read the structure of a package (`*.asice`); `stream` must seek and stay open.

    Raises Invalid or TooLarge for whatever the format does not have.
    """
    entries = _read_entries(stream)
    _demand_entries(entries, required=layout.ENVELOPE_ENTRIES | {layout.PAYLOAD})
    return _opened(stream, entries)


def open_envelope(stream: BinaryIO) -> Container:
    """Read `envelope.zip`: all entries of a package but the payload and `ledger/`."""
    entries = _read_entries(stream)
    for name in (layout.PAYLOAD, *layout.LEDGER_ENTRIES):
        if name in entries:
            raise Invalid(f"The envelope holds {name}, which does not belong in it.")
    _demand_entries(entries, required=layout.ENVELOPE_ENTRIES)
    return _opened(stream, entries)


def _opened(stream: BinaryIO, entries: Mapping[str, Entry]) -> Container:
    container = Container(stream, entries)
    if container.read(layout.MIMETYPE) != layout.MIMETYPE_BYTES:
        raise Invalid(f"The container's mimetype is not {layout.MIMETYPE_BYTES.decode()}.")
    return container


def _read_entries(stream: BinaryIO) -> dict[str, Entry]:
    directory = _find_directory(stream)
    if directory.entries > layout.MAX_ENTRIES:
        raise TooLarge(f"The container announces {directory.entries} entries.")
    stream.seek(directory.offset)
    described = [_read_central(stream) for _ in range(directory.entries)]
    if stream.tell() != directory.offset + directory.size:
        raise Invalid("The central directory is not as long as the end record says.")
    return _walk(stream, described, ends_at=directory.offset)


def _find_directory(stream: BinaryIO) -> Directory:
    """Read the end records; nothing may lie between the directory and them."""
    end_at = stream.seek(0, io.SEEK_END) - END.size
    if end_at < 0:
        raise Invalid("The file is too short to be a package.")
    directory = zip_records.read_end(_at(stream, end_at, END.size))
    locator_at = end_at - LOCATOR64.size
    tail_at = end_at
    if locator_at >= END64.size:
        locator = _at(stream, locator_at, LOCATOR64.size)
        if zip_records.is_locator64(locator):
            tail_at = locator_at - END64.size
            record = _at(stream, tail_at, END64.size)
            directory = zip_records.read_end64(record, locator, short=directory, at=tail_at)
    if directory.offset + directory.size != tail_at:
        raise Invalid("The central directory does not reach to the end record.")
    return directory


def _read_central(stream: BinaryIO) -> tuple[Record, int]:
    fixed = _take(stream, CENTRAL.size)
    name_length, extra_length = CENTRAL.unpack(fixed)[10:12]
    name, extra = _take(stream, name_length), _take(stream, extra_length)
    return zip_records.read_central(fixed, name, extra)


def _read_local(stream: BinaryIO) -> Record:
    fixed = _take(stream, LOCAL.size)
    name_length, extra_length = LOCAL.unpack(fixed)[9:11]
    name, extra = _take(stream, name_length), _take(stream, extra_length)
    return zip_records.read_local(fixed, name, extra)


def _walk(
    stream: BinaryIO, described: Iterable[tuple[Record, int]], *, ends_at: int
) -> dict[str, Entry]:
    """Follow the local headers in the directory's order; they must fill the file up to it."""
    entries: dict[str, Entry] = {}
    expected = 0
    for central, offset in described:
        if offset != expected:
            raise Invalid(f"The entry {central.name[:80]!r} does not follow the one before it.")
        stream.seek(offset)
        local = _read_local(stream)
        _demand_agreement(local, central)
        if central.name in entries:
            raise Invalid(f"The container holds {central.name[:80]!r} twice.")
        _demand_first(central, local, is_first=not entries)
        entry = Entry(central.name, stream.tell(), central.size, central.crc)
        _demand_known(entry)
        entries[central.name] = entry
        expected = entry.start + entry.size
    if expected != ends_at:
        raise Invalid("Bytes lie between the last entry and the central directory.")
    return entries


def _demand_agreement(local: Record, central: Record) -> None:
    if (local.name, local.flags, local.crc, local.size) != (
        central.name,
        central.flags,
        central.crc,
        central.size,
    ):
        raise Invalid(f"The two headers of the entry {central.name[:80]!r} contradict each other.")


def _demand_first(central: Record, local: Record, *, is_first: bool) -> None:
    is_mimetype = central.name == layout.MIMETYPE
    if is_mimetype != is_first:
        raise Invalid("The container's first entry is not its mimetype.")
    if is_mimetype and (local.has_extra or central.has_extra):
        raise Invalid("The container's mimetype has an extra field.")


def _demand_known(entry: Entry) -> None:
    fixed = layout.ENVELOPE_ENTRIES | layout.LEDGER_ENTRIES | {layout.PAYLOAD}
    if entry.name not in fixed and not layout.HAND_OVER.fullmatch(entry.name):
        raise Invalid(
            f"The container holds {entry.name[:80]!r}.",
            why="A package has no entry of that name.",
        )
    limit = layout.entry_limit(entry.name)
    if limit is not None and entry.size > limit:
        raise TooLarge(f"The entry {entry.name!r} has {entry.size} bytes; {limit} are allowed.")


def _demand_entries(entries: Mapping[str, Entry], *, required: frozenset[str]) -> None:
    if missing := sorted(required - entries.keys()):
        raise Invalid(f"The container lacks {missing[0]}.")
    if len(layout.LEDGER_ENTRIES & entries.keys()) == 1:
        raise Invalid("Of the two entries of ledger/, the container holds only one.")
    numbers = sorted({name[7:9] for name in entries if layout.HAND_OVER.fullmatch(name)})
    for at, number in enumerate(numbers, start=2):
        parts = [f"access/{number}.{kind}" for kind in ("age-header", "json", "p7s")]
        if number != f"{at:02}" or not all(part in entries for part in parts):
            raise Invalid("The hand-overs in access/ are incomplete or not numbered in a row.")


def _at(stream: BinaryIO, offset: int, size: int) -> bytes:
    stream.seek(offset)
    return _take(stream, size)


def _take(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise Invalid("The container is cut short.")
    return data


def _wrong_crc(name: str) -> Invalid:
    return Invalid(f"The CRC-32 of {name} is not that of its bytes.", why="The entry was changed.")
