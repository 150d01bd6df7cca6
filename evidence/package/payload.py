"""What is known of a payload: its size, its SHA-256, and the CRC-32 that a container needs."""

import hashlib
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import BinaryIO

_BLOCK = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class PayloadFacts:
    """The payload's size in bytes, SHA-256 (64 hex digits) and CRC-32."""

    size: int
    sha256: str
    crc32: int


class Sums:
    """Size and SHA-256 of a payload that passes by."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self.size = 0

    def add(self, data: bytes | memoryview) -> None:
        """Take the next bytes in."""
        self._sha256.update(data)
        self.size += len(data)

    @property
    def sha256(self) -> str:
        """SHA-256 of all bytes so far, 64 hex digits."""
        return self._sha256.hexdigest()


class ContainerSums(Sums):
    """The same and the CRC-32; it costs a tenth more, so only who makes containers asks."""

    def __init__(self) -> None:
        super().__init__()
        self._crc32 = 0

    def add(self, data: bytes | memoryview) -> None:
        """Take the next bytes in."""
        super().add(data)
        self._crc32 = zlib.crc32(data, self._crc32)

    def facts(self) -> PayloadFacts:
        """Return what a container must know."""
        return PayloadFacts(self.size, self.sha256, self._crc32)


def measure(stream: BinaryIO) -> PayloadFacts:
    """Read payload.bin to its end; reading and hashing overlap, memory stays small."""
    sums, pending = ContainerSums(), None
    with ThreadPoolExecutor(1) as aside:
        while block := stream.read(_BLOCK):
            if pending:
                pending.result()
            pending = aside.submit(sums.add, block)
    return sums.facts()
