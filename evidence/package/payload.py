"""What a container needs to know of its payload: size, SHA-256 and CRC-32, found in one pass."""

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


def measure(stream: BinaryIO) -> PayloadFacts:
    """Read payload.bin to its end; both sums are taken at once, memory stays small."""
    hasher, crc, size = hashlib.sha256(), 0, 0
    with ThreadPoolExecutor(1) as aside:
        while block := stream.read(_BLOCK):
            hashed = aside.submit(hasher.update, block)
            crc, size = zlib.crc32(block, crc), size + len(block)
            hashed.result()
    return PayloadFacts(size, hasher.hexdigest(), crc)
