"""Files that are whole or absent, and on disk before the caller goes on."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path


def write_whole(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Put `content` under `path` in one step, in place of what stood there; then flush.

    Raises OSError (no space, no right) and leaves the old file as it was.
    """
    write_all_whole({path: content}, mode=mode)


def write_all_whole(files: Mapping[Path, bytes], *, mode: int = 0o644) -> None:
    """Write several files, each in one step; all are on disk, folders too, on return."""
    drafts = []
    try:
        for path, content in files.items():
            make_folder(path.parent)
            drafts.append((_draft(path, content, mode=mode), path))
        for draft, path in drafts:
            draft.rename(path)
    except OSError:
        for draft, _ in drafts:
            draft.unlink(missing_ok=True)
        raise
    for folder in {path.parent for path in files}:
        flush_folder(folder)


def write_once(path: Path, content: bytes, *, mode: int = 0o600) -> bool:
    """Put `content` under `path` unless something stands there; tell whether it was put.

    A link, not a rename: it fails where the name is taken, so of several the first stays.
    """
    draft = _draft(path, content, mode=mode)
    try:
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


def _draft(path: Path, content: bytes, *, mode: int) -> Path:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            draft.unlink(missing_ok=True)
            raise
    return draft
