"""Keeps two process trees out of one data folder."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from broker.basics.errors import Conflict


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder for this process within the block; raise Conflict when another has it."""
    with (folder / "run.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(
                f"Another broker runs in {folder}.",
                why="Two of them would ring every task twice.",
                remedy="Stop the other one first, or set BROKER_DATA to another folder.",
            ) from None
        yield
