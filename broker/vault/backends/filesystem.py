"""The vault in a folder of this machine: `objects/` and `uploads/`, one file each."""

import errno
import fcntl
import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import BinaryIO

from broker.basics.durable import flush_folder, make_folder
from broker.basics.errors import TooLarge
from broker.vault.base import CHUNK_BYTES, Stored
from broker.vault.refusals import (
    absent,
    busy,
    full,
    out_of_range,
    taken,
    too_large,
    wrong_offset,
)

_NAME = re.compile(r"[a-z0-9_][a-z0-9._-]{0,199}(?:/[a-z0-9_][a-z0-9._-]{0,199}){0,7}")
_FULL = {errno.ENOSPC, errno.EDQUOT}


class FilesystemVault:
    """A vault as base.Vault promises. `quota_bytes` bounds one object or upload; None: no bound."""

    def __init__(self, folder: Path, *, quota_bytes: int | None = None) -> None:
        self._objects = folder / "objects"
        self._uploads = folder / "uploads"
        self._quota = quota_bytes

    def store(self, key: str, chunks: Iterable[bytes]) -> Stored:
        """Keep a new object as base.Vault promises."""
        path = _place(self._objects, key)
        if path.exists():
            raise taken(key)
        draft = _place(self._uploads, f"_draft-{secrets.token_hex(16)}")
        digest = hashlib.sha256()
        try:
            with _clear_faults(), _created(draft) as file:
                size = self._pour(file, chunks, 0, digest)
            _put(draft, path, key)
        finally:
            draft.unlink(missing_ok=True)
        return Stored(key, size, digest.hexdigest())

    def begin(self, name: str) -> None:
        """Open an upload as base.Vault promises."""
        path = _place(self._uploads, name)
        with _clear_faults():
            try:
                _created(path).close()
            except FileExistsError:
                raise taken(name) from None
            flush_folder(path.parent)

    def append(self, name: str, offset: int, chunks: Iterable[bytes]) -> int:
        """Add to an upload as base.Vault promises."""
        path = _place(self._uploads, name)
        with _clear_faults(), _only_writer(path, name) as file:
            size = file.seek(0, os.SEEK_END)
            if size != offset:
                raise wrong_offset(offset, size)
            return self._pour(file, chunks, size, None)

    def size(self, name: str) -> int:
        """Return an upload's size as base.Vault promises."""
        return _size(_place(self._uploads, name), name)

    def finish(self, name: str, key: str) -> Stored:
        """End an upload as base.Vault promises."""
        source, path = _place(self._uploads, name), _place(self._objects, key)
        if not source.exists() and path.exists():
            return _measured(path, key)
        with _only_writer(source, name) as file:
            stored = _measured(source, key)
            os.fsync(file.fileno())
            _put(source, path, key)
        source.unlink(missing_ok=True)
        flush_folder(source.parent)
        return stored

    def abandon(self, name: str) -> None:
        """Delete an upload as base.Vault promises."""
        _remove(_place(self._uploads, name))

    def stat(self, key: str) -> int:
        """Return an object's size as base.Vault promises."""
        return _size(_place(self._objects, key), key)

    def open(self, key: str) -> BinaryIO:
        """Open an object as base.Vault promises."""
        try:
            return _place(self._objects, key).open("rb")
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise absent(key) from None

    def read(self, key: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Yield bytes of an object as base.Vault promises."""
        file = self.open(key)
        size = os.fstat(file.fileno()).st_size
        end = size if length is None else start + length
        if not 0 <= start <= end <= size:
            file.close()
            raise out_of_range(start, end, size)
        return _chunks(file, start, end)

    def delete(self, key: str) -> None:
        """Delete an object as base.Vault promises."""
        _remove(_place(self._objects, key))

    def _pour(
        self, file: FileIO, chunks: Iterable[bytes], size: int, digest: "hashlib._Hash | None"
    ) -> int:
        """Write `chunks` at the file's end; what was written is flushed even if they fail."""
        try:
            for chunk in chunks:
                if self._quota is not None and size + len(chunk) > self._quota:
                    raise too_large(self._quota)
                _write(file, chunk)
                size += len(chunk)
                if digest:
                    digest.update(chunk)
        finally:
            os.fsync(file.fileno())
        return size


def _place(folder: Path, name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise ValueError(f"The vault takes no name like {name!r}.")
    return folder / name


def _created(path: Path) -> FileIO:
    make_folder(path.parent, mode=0o700)
    return FileIO(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _write(file: FileIO, chunk: bytes) -> None:
    """Write all of `chunk`, unbuffered: what is counted is in the file, even on a full disk."""
    rest = memoryview(chunk)
    while rest:
        rest = rest[file.write(rest) :]


@contextmanager
def _only_writer(path: Path, name: str) -> Iterator[FileIO]:
    """Open an upload for writing, alone; it is still an upload once the lock is held."""
    try:
        file = FileIO(path, "r+b")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise absent(name) from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise busy(name) from None
        if not path.exists():
            raise absent(name)  # finished by another one while this one opened it
        yield file


@contextmanager
def _clear_faults() -> Iterator[None]:
    """Say plainly when the disk is full."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise full() from error
        if error.errno == errno.EFBIG:
            raise TooLarge("The file system takes no file so large.") from error
        raise


def _put(source: Path, path: Path, key: str) -> None:
    """Give the finished file its key for good; a taken key stays as it is."""
    make_folder(path.parent, mode=0o700)
    try:
        os.link(source, path)
    except FileExistsError:
        if not os.path.samefile(source, path):
            raise taken(key) from None
    flush_folder(path.parent)


def _measured(path: Path, key: str) -> Stored:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return Stored(key, file.tell(), digest.hexdigest())


def _size(path: Path, name: str) -> int:
    try:
        return path.stat().st_size
    except (FileNotFoundError, NotADirectoryError):
        raise absent(name) from None


def _chunks(file: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        while start < end and (chunk := file.read(min(CHUNK_BYTES, end - start))):
            start += len(chunk)
            yield chunk


def _remove(path: Path) -> None:
    try:
        path.unlink()
    except FileNotFoundError:
        return
    flush_folder(path.parent)
