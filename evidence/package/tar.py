"""Tar headers as packages have them: plain files, nothing that tells of a machine or a person.

Source: docs/custody-format.md, section 1, "Inside"; POSIX pax interchange format.
"""

import struct

BLOCK = 512
END = bytes(2 * BLOCK)

_HEADER = struct.Struct("100s8s8s8s12s12s8sc100s6s2s32s32s8s8s155s12x")
_MAX_NAME = 100
_SIZE_LIMIT = 8 * 1024**3
_FILE, _EXTENDED = b"0", b"x"


def member_header(path: str, size: int) -> bytes:
    """Return the header of a file of `size` bytes, an `x` header before it only where needed."""
    raw = path.encode()
    records = b""
    if len(raw) > _MAX_NAME or not path.isascii():
        records += _record(b"path", raw)
    if size >= _SIZE_LIMIT:
        records += _record(b"size", str(size).encode())
    plain = _header(path.encode("ascii", "replace"), size if size < _SIZE_LIMIT else 0, _FILE)
    if not records:
        return plain
    extended = _header(b"././@PaxHeader", len(records), _EXTENDED)
    return extended + records + filling(len(records)) + plain


def filling(size: int) -> bytes:
    """Return the zeros between a member of `size` bytes and the next."""
    return bytes(-size % BLOCK)


def member_size(path: str, size: int) -> int:
    """Return how many bytes the member takes up in the tar, headers and filling included."""
    return len(member_header(path, size)) + size + -size % BLOCK


def _record(keyword: bytes, value: bytes) -> bytes:
    """Return one pax record; its length counts its own digits."""
    rest = b" %s=%s\n" % (keyword, value)
    length = len(rest)
    while len(b"%d" % length) + len(rest) != length:
        length = len(b"%d" % length) + len(rest)
    return b"%d%s" % (length, rest)


def _header(name: bytes, size: int, kind: bytes) -> bytes:
    zero = b"0000000\0"
    fields = [name[:_MAX_NAME], b"0000644\0", zero, zero, b"%011o\0" % size, b"%011o\0" % 0]
    tail = [kind, b"", b"ustar\0", b"00", b"", b"", b"", b"", b""]
    checksum = sum(_HEADER.pack(*fields, b" " * 8, *tail))
    return _HEADER.pack(*fields, b"%06o\0 " % checksum, *tail)
