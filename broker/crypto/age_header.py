"""The text of an age header: stanzas in and out, byte for byte (C2SP age v1).

What a stanza means, and the keys that open it, are in `age`.
"""

import base64
import binascii
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

VERSION_LINE = b"age-encryption.org/v1\n"
HEADER_LIMIT = 64 * 1024
MAC_SIZE = 32
_COLUMNS = 64
_BASE64 = re.compile(rb"[A-Za-z0-9+/]*")
_ARGUMENTS = re.compile(rb"-> ([\x21-\x7e]+(?: [\x21-\x7e]+)*)\n")


class AgeError(ValueError):
    """An age header or payload is not as it must be, or no key opens it."""


class HeaderError(AgeError):
    """The header is malformed."""


@dataclass(frozen=True, slots=True)
class Stanza:
    """The file key, wrapped for one recipient. `arguments[0]` is its kind."""

    arguments: tuple[str, ...]
    body: bytes

    @property
    def kind(self) -> str:
        """`X25519`, `mlkem768x25519`, or a kind this house does not know."""
        return self.arguments[0]


@dataclass(frozen=True, slots=True)
class Header:
    """A parsed header. `covered` are the bytes under the MAC, up to and with `---`."""

    stanzas: tuple[Stanza, ...]
    covered: bytes
    mac: bytes

    @property
    def raw(self) -> bytes:
        """The whole header, to the LF after the MAC line."""
        return b"%s %s\n" % (self.covered, encode_base64(self.mac))


def parse_header(data: bytes) -> Header:
    """Read a detached header (a file of its own, at most 64 KiB, nothing behind it).

    Raises HeaderError.
    """
    stream = io.BytesIO(data)
    header = read_header(stream)
    if stream.read(1):
        raise HeaderError("Bytes follow the header's last line.")
    return header


def read_header(stream: BinaryIO) -> Header:
    """Read the header at the start of an age file; the stream then stands at the payload.

    Raises HeaderError.
    """
    lines = _Lines(stream)
    if lines.take() != VERSION_LINE:
        raise HeaderError("The first line is not that of age version 1.")
    stanzas = []
    while (line := lines.take()).startswith(b"-> "):
        stanzas.append(_read_stanza(line, lines))
    if not line.startswith(b"--- ") or not stanzas:
        raise HeaderError("The header has no stanza or no MAC line where one must stand.")
    mac = decode_base64(line[4:-1])
    if len(mac) != MAC_SIZE:
        raise HeaderError("The header's MAC is not 32 bytes long.")
    return Header(tuple(stanzas), lines.seen[: -len(line)] + b"---", mac)


def write_stanzas(stanzas: Iterable[Stanza]) -> bytes:
    """Write version line, stanzas and `---`: the bytes that the MAC covers."""
    return VERSION_LINE + b"".join(_write_stanza(stanza) for stanza in stanzas) + b"---"


def encode_base64(data: bytes) -> bytes:
    """Write base64 as age does: standard letters, no padding."""
    return base64.b64encode(data).rstrip(b"=")


def decode_base64(text: bytes) -> bytes:
    """Read unpadded canonical base64; raise HeaderError for any other."""
    if not _BASE64.fullmatch(text):
        raise HeaderError("A header line holds a letter outside base64.")
    try:
        data = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error as fault:
        raise HeaderError("A header line is not base64.") from fault
    if encode_base64(data) != text:
        raise HeaderError("A header line is not canonical base64.")
    return data


class _Lines:
    """Takes whole lines from a stream and keeps what it has seen, within the limit."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.seen = b""

    def take(self) -> bytes:
        line = self._stream.readline(HEADER_LIMIT - len(self.seen))
        self.seen += line
        if not line.endswith(b"\n"):
            raise HeaderError("The header ends within a line or is longer than 64 KiB.")
        return line


def _read_stanza(line: bytes, lines: _Lines) -> Stanza:
    found = _ARGUMENTS.fullmatch(line)
    if not found:
        raise HeaderError("A stanza's arguments are empty or hold other than visible ASCII.")
    body = []
    while True:
        text = lines.take()[:-1]
        if len(text) > _COLUMNS:
            raise HeaderError("A stanza's line is longer than 64 letters.")
        body.append(text)
        if len(text) < _COLUMNS:
            break
    # Each line is checked alone: a non-canonical line may not hide within the joined text.
    decoded = b"".join(decode_base64(text) for text in body)
    return Stanza(tuple(found[1].decode("ascii").split(" ")), decoded)


def _write_stanza(stanza: Stanza) -> bytes:
    text = encode_base64(stanza.body)
    # A full last line is followed by an empty one: a stanza ends with a short line.
    body = [text[at : at + _COLUMNS] for at in range(0, len(text) + 1, _COLUMNS)]
    arguments = " ".join(stanza.arguments).encode("ascii")
    return b"-> %s\n%s\n" % (arguments, b"\n".join(body))
