"""The age payload (STREAM): a nonce, then 64 KiB chunks, each sealed on its own.

`payload` here always means nonce and sealed chunks, without the header.
"""

import itertools
import os
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from broker.crypto.age_header import AgeError, HeaderError
from broker.crypto.age_keys import derive_key

type Octets = bytes | bytearray | memoryview

NONCE_SIZE = 16
CHUNK_SIZE = 64 * 1024
TAG_SIZE = 16
SEALED_CHUNK_SIZE = CHUNK_SIZE + TAG_SIZE


class PayloadError(AgeError):
    """The payload was changed, cut, or goes on after its end."""


class ChunkCipher:
    """Seals and opens single chunks by their number, in any order, from any thread."""

    def __init__(self, file_key: bytes, nonce: bytes) -> None:
        """Derive the payload's key from the file key and the payload's 16-byte nonce."""
        if len(nonce) != NONCE_SIZE:
            raise HeaderError("The payload's nonce is cut short.")
        self._cipher = ChaCha20Poly1305(derive_key(file_key, nonce, b"payload"))

    def seal_into(self, index: int, plain: Octets, out: Octets, *, last: bool) -> None:
        """Seal chunk `index` into `out`, exactly 16 bytes longer than `plain`."""
        self._cipher.encrypt_into(_chunk_nonce(index, last=last), plain, None, out)

    def open_into(self, index: int, sealed: Octets, out: Octets, *, last: bool) -> None:
        """Open chunk `index` into `out`, exactly 16 bytes shorter; raise PayloadError."""
        try:
            self._cipher.decrypt_into(_chunk_nonce(index, last=last), sealed, None, out)
        except (InvalidTag, ValueError) as fault:
            raise _changed(index) from fault

    def open(self, index: int, sealed: Octets, *, last: bool) -> bytes:
        """Return the plaintext of chunk `index`; raise PayloadError."""
        try:
            return self._cipher.decrypt(_chunk_nonce(index, last=last), sealed, None)
        except InvalidTag as fault:
            raise _changed(index) from fault


def payload_size(plain_bytes: int) -> int:
    """Return the payload's length in bytes for a plaintext of `plain_bytes`."""
    return NONCE_SIZE + plain_bytes + TAG_SIZE * chunk_count(plain_bytes)


def plain_size(payload_bytes: int) -> int:
    """Return the plaintext's length for a payload of `payload_bytes`.

    Raises PayloadError for a length that no payload has.
    """
    full, rest = divmod(payload_bytes - NONCE_SIZE, SEALED_CHUNK_SIZE)
    if payload_bytes < NONCE_SIZE + TAG_SIZE or 0 < rest < TAG_SIZE or (full and rest == TAG_SIZE):
        raise PayloadError("No age payload has this length; it is cut or appended to.")
    return full * CHUNK_SIZE + max(0, rest - TAG_SIZE)


def chunk_count(plain_bytes: int) -> int:
    """Return how many chunks hold `plain_bytes`; an empty plaintext has one."""
    return max(1, -(-plain_bytes // CHUNK_SIZE))


def encrypt_payload(plain: Iterable[bytes], file_key: bytes) -> Iterator[bytes]:
    """Yield the payload of the pieces in `plain`, under a fresh nonce."""
    nonce = os.urandom(NONCE_SIZE)
    cipher = ChunkCipher(file_key, nonce)
    yield nonce
    held, index = bytearray(), 0
    for piece in plain:
        held += piece
        while len(held) > CHUNK_SIZE:
            yield _seal(cipher, index, held[:CHUNK_SIZE], last=False)
            del held[:CHUNK_SIZE]
            index += 1
    yield _seal(cipher, index, held, last=True)


def decrypt_payload(stream: BinaryIO, file_key: bytes) -> Iterator[bytes]:
    """Yield the plaintext chunk by chunk up to the stream's end.

    Raises HeaderError without a whole nonce, PayloadError for all else; chunks yielded
    before it are genuine, but the whole is not.
    """
    cipher = ChunkCipher(file_key, _read(stream, NONCE_SIZE))
    for index in itertools.count():
        sealed = _read(stream, SEALED_CHUNK_SIZE)
        if index and len(sealed) == TAG_SIZE:
            raise PayloadError("The last chunk is empty, which age forbids.")
        plain, last = _open_next(cipher, index, sealed)
        yield plain
        if last:
            break
    if stream.read(1):
        raise PayloadError("Bytes follow the payload's last chunk.")


class PayloadReader:
    """Reads ranges of the plaintext of a seekable payload; opens only the chunks touched."""

    def __init__(self, stream: BinaryIO, *, size: int, file_key: bytes) -> None:
        """Open the payload of `size` bytes that starts at the stream's present place.

        The last chunk is opened at once, so a cut payload is refused here.
        Raises HeaderError, PayloadError.
        """
        self._stream = stream
        self._start = stream.tell() + NONCE_SIZE
        self._payload_bytes = size
        self.size = plain_size(size)
        self._cipher = ChunkCipher(file_key, _read(stream, NONCE_SIZE))
        self._last = chunk_count(self.size) - 1
        self._open(self._last)

    def read_at(self, offset: int, length: int) -> bytes:
        """Return up to `length` plaintext bytes from `offset`; raise PayloadError."""
        end = min(offset + length, self.size)
        if offset >= end:
            return b""
        first = offset // CHUNK_SIZE
        chunks = [self._open(index) for index in range(first, (end - 1) // CHUNK_SIZE + 1)]
        return b"".join(chunks)[offset - first * CHUNK_SIZE : end - first * CHUNK_SIZE]

    def _open(self, index: int) -> bytes:
        self._stream.seek(self._start + index * SEALED_CHUNK_SIZE)
        whole = self._start - NONCE_SIZE + self._payload_bytes
        sealed = _read(self._stream, min(SEALED_CHUNK_SIZE, whole - self._stream.tell()))
        return self._cipher.open(index, sealed, last=index == self._last)


def _chunk_nonce(index: int, *, last: bool) -> bytes:
    return index.to_bytes(11, "big") + (b"\1" if last else b"\0")


def _open_next(cipher: ChunkCipher, index: int, sealed: bytes) -> tuple[bytes, bool]:
    """Open the next chunk in reading order; a full one may or may not be the last."""
    if len(sealed) == SEALED_CHUNK_SIZE:
        try:
            return cipher.open(index, sealed, last=False), False
        except PayloadError:
            pass
    return cipher.open(index, sealed, last=True), True


def _seal(cipher: ChunkCipher, index: int, plain: Octets, *, last: bool) -> bytes:
    sealed = bytearray(len(plain) + TAG_SIZE)
    cipher.seal_into(index, plain, sealed, last=last)
    return bytes(sealed)


def _changed(index: int) -> PayloadError:
    return PayloadError(f"Chunk {index} of the payload was changed, moved or cut.")


def _read(stream: BinaryIO, size: int) -> bytes:
    """Read `size` bytes, fewer only at the stream's end."""
    pieces, missing = [], size
    while missing and (piece := stream.read(missing)):
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces)
