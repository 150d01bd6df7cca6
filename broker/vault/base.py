"""What every vault promises: bytes that are durable before it says so, whole or not there.

A vault never opens what it keeps; who may read it is decided above.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Stored:
    """An object under `key`: its size in bytes and the SHA-256 of its bytes (hex)."""

    key: str
    size: int
    sha256: str


class Vault(Protocol):
    """Keeps objects under keys, and uploads under names until they are finished.

    Keys and names are lower-case letters, digits, dots, hyphens and underscores, parted by
    slashes; other ones raise ValueError. An object never changes once it is stored.

    All methods may raise Unavailable (the store cannot be reached, or is full).
    """

    def store(self, key: str, chunks: Iterable[bytes]) -> Stored:
        """Keep a new object; on return it survives a power cut.

        Raises Conflict when the key is taken, TooLarge beyond the quota; nothing is kept then.
        """

    def begin(self, name: str) -> None:
        """Open an upload of 0 bytes, durably. Raises Conflict when the name is taken."""

    def append(self, name: str, offset: int, chunks: Iterable[bytes]) -> int:
        """Add `chunks` to an upload at `offset`; return its new size in bytes, durable.

        Whatever was written when `chunks` fail stays: ask `size` where to go on. Raises
        Conflict unless `offset` is the upload's size, or while another one writes to it;
        TooLarge beyond the quota; NotFound when there is no such upload.
        """

    def size(self, name: str) -> int:
        """Return how many bytes of an upload are there. Raises NotFound."""

    def finish(self, name: str, key: str) -> Stored:
        """Make the upload the object `key`, durably, and end the upload.

        The digest is taken over what is stored. A repetition after a crash gives the same
        result. Raises NotFound, or Conflict when the key is taken.
        """

    def abandon(self, name: str) -> None:
        """Delete an upload that is not finished; if there is none, do nothing."""

    def stat(self, key: str) -> int:
        """Return an object's size in bytes. Raises NotFound."""

    def open(self, key: str) -> BinaryIO:
        """Open an object for reading, with seek. Raises NotFound."""

    def read(self, key: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Yield `length` bytes from `start` (to the end if None), in chunks.

        Raises NotFound at once, not at the first chunk; Invalid for a range that does not lie
        in the object.
        """

    def delete(self, key: str) -> None:
        """Delete an object, durably; if there is none, do nothing."""
