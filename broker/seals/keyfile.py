"""Key files: written whole or not at all, once, whoever else tries at the same time."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from broker.basics.errors import Unavailable


def kept(path: Path, make: Callable[[], bytes]) -> bytes:
    """Return the bytes of `path`; if it is not there, write what `make` returns and return that.

    Of several that try at once one wins, and all return its bytes. File and folder are on
    disk before this returns; the file is readable by its owner alone.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        _write(draft, make())
        # A link, not a rename: it fails where the name is taken, so the first one stays.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)
    _flush_folder(path.parent)
    return path.read_bytes()


def read(path: Path) -> bytes:
    """Return the bytes of a key file that must exist; raise Unavailable when it does not."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise Unavailable(
            f"The key {path.stem} is not in the key folder.",
            why="What it protects cannot be opened without it.",
            remedy=f"Restore {path.name} from the backup of the keys.",
        ) from None


def _write(path: Path, content: bytes) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
