"""Writes the bag into the sealing pipe: files, tag files and manifests, in their fixed order.

Digests come from threads and lag behind; manifest lines follow in the order of the files.
Source: docs/custody-format.md, section 1, "Inside".
"""

import hashlib
import os
import stat
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass
from io import FileIO
from typing import IO, Protocol

from broker.basics.errors import Invalid, TooLarge, WrongState
from evidence.package import layout, tar
from evidence.package.pipeline import SealingPipe
from evidence.package.provenance import PackedFile, ProvenanceWriter
from evidence.package.source import Found

# A file up to this size is read at once and hashed on the spot; threads would cost more.
_SMALL = 64 * 1024
_COPY = 1024 * 1024
_LAGGING = 256


class _Digest(Protocol):
    def update(self, data: bytes | bytearray | memoryview, /) -> None: ...
    def hexdigest(self) -> str: ...


@dataclass(frozen=True, slots=True)
class _Lagging:
    """A file whose digest is perhaps not complete yet."""

    path: str
    original: bytes
    size: int
    digest: _Digest
    hashed: Future[None]


class BagWriter:
    """One bag on its way into a pipe. Add files, then tag files, then both manifests."""

    def __init__(
        self, pipe: SealingPipe, manifest: IO[bytes], provenance: ProvenanceWriter
    ) -> None:
        """Write into `pipe`; `manifest` is an empty temporary file for the list of files."""
        self._pipe = pipe
        self._manifest = manifest
        self._provenance = provenance
        self._lagging: deque[_Lagging] = deque()
        self._tags: list[tuple[str, str]] = []
        self.octets = 0
        self.files = 0

    def add_file(self, found: Found) -> None:
        """Pack one file; raise Invalid or WrongState when it cannot be read as it was found."""
        path = layout.DATA + found.name
        try:
            with FileIO(os.fsdecode(found.location), opener=_open_plain) as source:
                size = _plain_size(source)
                digest = self._add_content(source, path, size)
        except OSError as fault:
            raise _unreadable(found, fault) from fault
        self.octets, self.files = self.octets + size, self.files + 1
        if self.files > layout.MAX_FILES:
            raise TooLarge(f"The folder holds more than {layout.MAX_FILES} files.")
        hashed = self._pipe.last_hash
        self._lagging.append(_Lagging(path, found.original, size, digest, hashed))
        self._write_lines(most_lagging=_LAGGING)

    def settle(self) -> None:
        """Wait for all digests and write their manifest lines and provenance."""
        self._write_lines(most_lagging=0)

    def add_tag(self, name: str, data: bytes) -> None:
        """Add a small tag file; it enters the tag manifest."""
        self._tags.append((hashlib.sha256(data).hexdigest(), name))
        self.add_untagged(name, data)

    def add_untagged(self, name: str, data: bytes) -> None:
        """Add a small file that no manifest lists: the tag manifest and its signature."""
        self._pipe.write(tar.member_header(layout.BAG + name, len(data)))
        self._pipe.write(data + tar.filling(len(data)))

    def add_spooled(self, name: str, spool: IO[bytes]) -> None:
        """Add a tag file that was written into a temporary file."""
        size, hasher = spool.tell(), hashlib.sha256()
        self._pipe.write(tar.member_header(layout.BAG + name, size))
        spool.seek(0)
        while block := spool.read(_COPY):
            hasher.update(block)
            self._pipe.write(block)
        self._pipe.write(tar.filling(size))
        self._tags.append((hasher.hexdigest(), name))

    def add_manifest(self) -> None:
        """Add the manifest of all files; after `settle`."""
        self.add_spooled(layout.BAG_MANIFEST, self._manifest)

    def add_tag_manifest(self) -> bytes:
        """Add the manifest of all tag files so far; return its bytes."""
        text = "".join(f"{sha256}  {name}\n" for sha256, name in self._tags).encode()
        self.add_untagged(layout.TAG_MANIFEST, text)
        return text

    def _write_lines(self, *, most_lagging: int) -> None:
        """Write the lines of files whose digest is complete; wait for the rest beyond the most."""
        while self._lagging:
            if len(self._lagging) <= most_lagging and not self._lagging[0].hashed.done():
                return
            file = self._lagging.popleft()
            file.hashed.result()
            sha256 = file.digest.hexdigest()
            self._write_manifest(sha256, file.path)
            self._provenance.add(PackedFile(file.path, file.original, file.size, sha256))

    def _add_content(self, source: FileIO, path: str, size: int) -> _Digest:
        self._pipe.write(tar.member_header(layout.BAG + path, size))
        digest = hashlib.sha256()
        if size <= _SMALL:
            data = source.read(size)
            digest.update(data)
            self._pipe.write(data)
            got = len(data)
        else:
            got = self._pipe.read_from(source, size, digest)
        if got != size or source.read(1):
            raise WrongState(
                f"The file {path!r} changed its size while it was read.",
                why="A package must hold files as they were at one moment.",
                remedy="Copy the folder, or stop what writes to it, and seal again.",
            )
        self._pipe.write(tar.filling(size))
        return digest

    def _write_manifest(self, sha256: str, path: str) -> None:
        self._manifest.write(f"{sha256}  {path}\n".encode())
        if self._manifest.tell() > layout.MAX_BAG_MANIFEST:
            raise TooLarge("The list of files in the package would pass 512 MiB.")


def _open_plain(location: str, flags: int) -> int:
    """Open without following a link or waiting for a pipe that took the file's place."""
    return os.open(location, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))


def _plain_size(source: FileIO) -> int:
    found = os.fstat(source.fileno())
    if not stat.S_ISREG(found.st_mode):
        raise OSError("it is no plain file any more")
    return found.st_size


def _unreadable(found: Found, fault: OSError) -> Invalid:
    return Invalid(
        f"The file {found.name!r} cannot be read.",
        why=fault.strerror or str(fault),
        remedy="Give the right to read it, or take it out of the folder to seal.",
    )
