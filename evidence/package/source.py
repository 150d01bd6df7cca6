"""Walks the folder that is to be sealed: which files, under which names, and what stays out."""

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from broker.basics.errors import Invalid
from evidence.package import names


@dataclass(frozen=True, slots=True)
class Found:
    """A file to pack. `original` are its path's bytes below the folder, `name` the packed path."""

    location: bytes
    original: bytes
    name: str

    @property
    def is_renamed(self) -> bool:
        """Tell whether the packed path differs from the original in any byte."""
        return self.name.encode() != self.original


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a package cannot hold: an empty folder, a link, a device, a socket, a pipe."""

    original: bytes


@dataclass(frozen=True, slots=True)
class _Folder:
    location: bytes
    original: bytes
    name: str
    taken: tuple[str, ...] = ()


def walk(folder: Path) -> Iterator[Found | LeftOut]:
    """Yield everything below `folder`, depth first, the names of a folder in order of bytes.

    Only one folder's names are held at a time, and those on the way to it. Links are not
    followed. Raises Invalid for a folder that cannot be read.
    """
    # The name is kept free at the top for files whose path is too long.
    top = _Folder(os.fsencode(folder), b"", "", taken=(names.LONG_NAMES,))
    levels = [_list(top)]
    while levels:
        found = next(levels[-1], None)
        if found is None:
            levels.pop()
        elif isinstance(found, _Folder):
            levels.append(_list(found))
        else:
            yield found


def _list(folder: _Folder) -> Iterator[Found | LeftOut | _Folder]:
    entries = _entries(folder)
    if not entries and folder.original:
        yield LeftOut(folder.original)
    given = names.packed_names(
        (raw for raw, entry in entries.items() if _is_kept(entry)), taken=folder.taken
    )
    for raw in sorted(entries):
        yield _judge(folder, entries[raw], given.get(raw))


def _judge(
    folder: _Folder, entry: os.DirEntry[bytes], name: str | None
) -> Found | LeftOut | _Folder:
    original = _below(folder.original, entry.name)
    if name is None:
        return LeftOut(original)
    path = f"{folder.name}/{name}" if folder.name else name
    if entry.is_dir(follow_symlinks=False):
        return _Folder(entry.path, original, path)
    if len(path.encode()) > names.MAX_PATH:
        path = names.stand_in(original)
    return Found(entry.path, original, path)


def _is_kept(entry: os.DirEntry[bytes]) -> bool:
    mode = entry.stat(follow_symlinks=False).st_mode
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)


def _entries(folder: _Folder) -> Mapping[bytes, os.DirEntry[bytes]]:
    try:
        with os.scandir(folder.location) as listing:
            return {entry.name: entry for entry in listing}
    except OSError as fault:
        raise Invalid(
            f"The folder {os.fsdecode(folder.location)!r} cannot be read.",
            why=fault.strerror or "",
            remedy="Give the right to read it, or leave it out of the folder to seal.",
        ) from fault


def _below(folder: bytes, name: bytes) -> bytes:
    return folder + b"/" + name if folder else name
