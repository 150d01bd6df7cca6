"""The ZIP records of a package, read by the strict profile: stored, plain, nothing optional.

Where the records must lie is `container_reader`'s part. Source: docs/custody-format.md,
section 1, Container; field names as in APPNOTE 6.3.10, sections 4.3.7 to 4.3.16.
"""

import struct
from dataclasses import dataclass

from broker.basics.errors import Invalid

LOCAL = struct.Struct("<IHHHHHIIIHH")
CENTRAL = struct.Struct("<IHHHHHHIIIHHHHHII")
END = struct.Struct("<IHHHHIIH")
END64 = struct.Struct("<IQHHIIQQQQ")
LOCATOR64 = struct.Struct("<IIQI")

_LOCAL_MARK, _CENTRAL_MARK = 0x04034B50, 0x02014B50
_END_MARK, _END64_MARK, _LOCATOR_MARK = 0x06054B50, 0x06064B50, 0x07064B50
_FLAGS = (0, 0x0800)
_DATE = 0x0021
_PLAIN_VERSION, _ZIP64_VERSION = 20, 45
_FULL16, FULL32 = 0xFFFF, 0xFFFFFFFF
_EXTRA = 0x0001


@dataclass(frozen=True, slots=True)
class Record:
    """What a local and a central header both say of an entry; sizes in bytes."""

    name: str
    flags: int
    crc: int
    size: int
    has_extra: bool


@dataclass(frozen=True, slots=True)
class Directory:
    """Where the central directory lies, in bytes from the start, and what it holds."""

    offset: int
    size: int
    entries: int


def read_local(fixed: bytes, name: bytes, extra: bytes) -> Record:
    """Read a local header in its three parts; raise Invalid for anything optional."""
    mark, needed, flags, method, time, date, crc, packed, size, _, _ = LOCAL.unpack(fixed)
    if mark != _LOCAL_MARK:
        raise Invalid("The container holds no local header where one must stand.")
    text = _name(name)
    _demand_plain(text, (needed, flags, method, time, date), has_extra=bool(extra))
    sizes, rest = _sizes(text, packed, size, extra)
    if rest:
        raise _optional(text, "an extra field other than the two sizes")
    return Record(text, flags, crc, sizes, bool(extra))


def read_central(fixed: bytes, name: bytes, extra: bytes) -> tuple[Record, int]:
    """Read a central header in its three parts: the record and its local header's offset."""
    fields = CENTRAL.unpack(fixed)
    mark, made_by, needed, flags, method, time, date, crc, packed, size = fields[:10]
    comment, disk, internal, external, offset = fields[12:]
    if mark != _CENTRAL_MARK:
        raise Invalid("The container holds no central header where one must stand.")
    text = _name(name)
    _demand_plain(text, (needed, flags, method, time, date), has_extra=bool(extra))
    if comment or disk or internal or external or made_by >> 8:
        raise _optional(text, "a comment, attributes, a disk number or a host system")
    sizes, rest = _sizes(text, packed, size, extra)
    return Record(text, flags, crc, sizes, bool(extra)), _offset(text, offset, rest)


def read_end(data: bytes) -> Directory:
    """Read the end record, the last 22 bytes of the file."""
    mark, disk, first, here, entries, size, offset, comment = END.unpack(data)
    if mark != _END_MARK or comment:
        raise Invalid(
            "The container does not end with an end record.",
            why="Bytes follow it, it has a comment, or the file was cut short.",
        )
    if disk or first or here != entries:
        raise Invalid("The container's end record speaks of several disks.")
    return Directory(offset, size, entries)


def read_end64(record: bytes, locator: bytes, *, short: Directory, at: int) -> Directory:
    """Read the 64-bit end record that stands at `at`, with its locator behind it.

    Raises Invalid unless it agrees with every field of the short record that is not full.
    """
    mark, length, made_by, needed, disk, first, here, entries, size, offset = END64.unpack(record)
    locator_mark, locator_disk, record_at, disks = LOCATOR64.unpack(locator)
    plain = (mark, length, made_by >> 8, needed) == (_END64_MARK, 44, 0, _ZIP64_VERSION)
    placed = (locator_mark, locator_disk, record_at, disks) == (_LOCATOR_MARK, 0, at, 1)
    if not (plain and placed) or disk or first or here != entries:
        raise Invalid("The container's 64-bit end record is not as it must be.")
    long = Directory(offset, size, entries)
    pairs = ((short.offset, offset, FULL32), (short.size, size, FULL32))
    for shown, true, full in (*pairs, (short.entries, entries, _FULL16)):
        if shown not in (true, full):
            raise Invalid("The container's two end records contradict each other.")
    return long


def is_locator64(data: bytes) -> bool:
    """Tell whether `data` starts as a 64-bit end record's locator does."""
    return data[:4] == _LOCATOR_MARK.to_bytes(4, "little")


def _name(name: bytes) -> str:
    try:
        return name.decode("ascii")
    except UnicodeDecodeError:
        raise Invalid("The container holds an entry whose name is not ASCII.") from None


def _demand_plain(name: str, fields: tuple[int, int, int, int, int], *, has_extra: bool) -> None:
    needed, flags, method, time, date = fields
    if method:
        raise _optional(name, "a compression method")
    if flags not in _FLAGS:
        raise _optional(name, "flags (encrypted, or sizes behind the data)")
    if (time, date) != (0, _DATE):
        raise _optional(name, "a time other than 1980-01-01")
    if needed != (_ZIP64_VERSION if has_extra else _PLAIN_VERSION):
        raise _optional(name, f"the version {needed} as needed")


def _sizes(name: str, packed: int, size: int, extra: bytes) -> tuple[int, bytes]:
    """Return the entry's size and what its extra field holds beyond the two sizes."""
    body = _extra_body(name, extra)
    if extra and (packed, size) == (FULL32, FULL32):
        if len(body) < 16:
            raise _optional(name, "an extra field too short for the sizes")
        packed, size = struct.unpack("<QQ", body[:16])
        body = body[16:]
    if packed != size:
        raise _optional(name, "two different sizes")
    return size, body


def _extra_body(name: str, extra: bytes) -> bytes:
    if not extra:
        return b""
    well_formed = len(extra) > 4 and struct.unpack("<HH", extra[:4]) == (_EXTRA, len(extra) - 4)
    if not well_formed:
        raise _optional(name, "an extra field other than 0x0001")
    return extra[4:]


def _offset(name: str, offset: int, rest: bytes) -> int:
    if offset == FULL32 and len(rest) == 8:
        return int.from_bytes(rest, "little")
    if rest:
        raise _optional(name, "an extra field with more than is needed")
    return offset


def _optional(name: str, what: str) -> Invalid:
    return Invalid(f"The entry {name[:80]!r} has {what}, which a package does not have.")
