"""Key files: written whole or not at all, once, whoever else tries at the same time."""

from collections.abc import Callable
from pathlib import Path

from broker.basics.durable import make_folder, write_once
from broker.basics.errors import Unavailable


def kept(path: Path, make: Callable[[], bytes]) -> bytes:
    """Return the bytes of `path`; if it is not there, write what `make` returns and return that.

    Of several that try at once one wins, and all return its bytes. File and folder are on
    disk before this returns; the file is readable by its owner alone.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        make_folder(path.parent, mode=0o700)
    write_once(path, make(), mode=0o600)
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
