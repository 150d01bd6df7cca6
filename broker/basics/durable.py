"""Files that are whole or absent, and on disk before the caller goes on."""

import os
import secrets
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# Disks take many flushes at once; one after the other is what costs time.
_FLUSHES_AT_ONCE = 8


def write_whole(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Put `content` under `path` in one step, in place of what stood there; then flush.

    Raises OSError (no space, no right) and leaves the old file as it was.
    """
    write_all_whole({path: content}, mode=mode)


def write_all_whole(files: Mapping[Path, bytes], *, mode: int = 0o644) -> None:
    """Write several files, each in one step; all are on disk, folders too, on return."""
    folders = {path.parent for path in files}
    for folder in folders:
        make_folder(folder)
    drafts = {path.with_name(f".{path.name}.{secrets.token_hex(8)}"): path for path in files}
    try:
        _write_drafts({draft: files[path] for draft, path in drafts.items()}, mode=mode)
        for draft, path in drafts.items():
            draft.rename(path)
    except OSError:
        for draft in drafts:
            draft.unlink(missing_ok=True)
        raise
    for folder in folders:
        flush_folder(folder)


def write_once(path: Path, content: bytes, *, mode: int = 0o600) -> bool:
    """Put `content` under `path` unless something stands there; tell whether it was put.

    A link, not a rename: it fails where the name is taken, so of several the first stays.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        _write_new(draft, content, mode=mode)
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink(missing_ok=True)
        flush_folder(path.parent)
    return True


def make_folder(folder: Path, *, mode: int = 0o755) -> None:
    """Make `folder` and those above it, each entered in the one above for good."""
    if folder.is_dir():
        return
    make_folder(folder.parent, mode=mode)
    folder.mkdir(mode=mode, exist_ok=True)
    flush_folder(folder.parent)


def flush_folder(folder: Path) -> None:
    """Force the names in `folder` to disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_drafts(drafts: Mapping[Path, bytes], *, mode: int) -> None:
    def write(draft: Path) -> None:
        _write_new(draft, drafts[draft], mode=mode)

    if len(drafts) < _FLUSHES_AT_ONCE:
        for draft in drafts:
            write(draft)
        return
    with ThreadPoolExecutor(_FLUSHES_AT_ONCE) as pool:
        list(pool.map(write, drafts))


def _write_new(path: Path, content: bytes, *, mode: int) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
