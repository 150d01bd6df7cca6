"""Writes what a package holds to a folder, so that nothing lands outside it and nothing half.

Files are written to a folder beside the target, which takes the target's name only when all
of it was read and found sound.
"""

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from broker.basics.errors import Conflict
from broker.crypto.age_keys import Identity
from evidence.package import layout
from evidence.package.bag_reader import Bag, read_bag
from evidence.package.container_reader import Container, open_container
from evidence.verifier.opened import open_bag, open_header

_BLOCK = layout.MIB
_ZIP_MARK = b"PK\x03\x04"
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)


class Folder:
    """A destination on disk. Every file is new; none is followed, none is overwritten."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def create(self, path: str) -> BinaryIO:
        """Return a new file for a path that was found safe; it is readable by its owner."""
        target = self._root.joinpath(*path.split("/"))
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.fdopen(os.open(target, _NEW_FILE, 0o600), "wb")


def unpack(archive: Path, target: Path) -> int:
    """Extract a package, or the tar that age decrypts from one, to the new folder `target`.

    Returns the number of files. Raises Invalid or TooLarge for what is not exactly that,
    Conflict when `target` holds something already.
    """
    with archive.open("rb") as stream, _staged(target) as folder:
        if stream.read(len(_ZIP_MARK)) == _ZIP_MARK:
            return _unpack_container(open_container(stream), folder)
        size = stream.seek(0, os.SEEK_END)
        stream.seek(0)
        bag = read_bag(_blocks(stream), most=size, destination=Folder(folder / layout.BAG))
        return bag.count + len(bag.files)


def open_package(package: Path, target: Path, identities: Iterable[Identity]) -> Bag:
    """Decrypt a package with the first key that fits; its bag becomes `target`/bag.

    This proves that nothing changed since it was sealed, not who sealed it: verify says that.
    Raises AgeError, Invalid, TooLarge or Conflict.
    """
    with package.open("rb") as stream, _staged(target) as folder:
        container = open_container(stream)
        _, file_key = open_header(container.read(layout.HEADER), identities)
        return open_bag(container, file_key, destination=Folder(folder / layout.BAG))


def _unpack_container(container: Container, folder: Path) -> int:
    destination = Folder(folder)
    for name in container.entries:
        container.digest(name)
        with destination.create(name) as file, container.window(name) as window:
            shutil.copyfileobj(window, file, _BLOCK)
    return len(container.entries)


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    while block := stream.read(_BLOCK):
        yield block


@contextmanager
def _staged(target: Path) -> Iterator[Path]:
    """Give out an empty folder beside `target`; it becomes `target` unless an error leaves."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Conflict(
            f"{target} holds something already.", remedy="Name a folder that is new or empty."
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        yield staging
        if target.exists():
            target.rmdir()
        staging.rename(target)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
