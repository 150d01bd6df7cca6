"""Where a bench runs: empty databases of its own on PostgreSQL, and processes of its own."""

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Barrier
from statistics import median
from tempfile import TemporaryDirectory

from django.db import connection, connections
from django.test.utils import override_settings, setup_databases, teardown_databases

from broker.basics.errors import Unavailable

FORK = multiprocessing.get_context("fork")
ROUNDS = 5


@contextmanager
def arena() -> Iterator[None]:
    """Make fresh databases beside the configured ones, and drop them at the end.

    Raises Unavailable unless the broker runs on PostgreSQL: the figures are about it.
    """
    if connection.vendor != "postgresql":
        raise Unavailable(
            "The benches measure PostgreSQL.",
            why="This broker runs on SQLite.",
            remedy="Set DATABASE_URL to a PostgreSQL database in which you may create others.",
        )
    made = setup_databases(
        verbosity=0, interactive=False, aliases=dict.fromkeys(("default", "seals"))
    )
    try:
        with TemporaryDirectory() as folder, override_settings(LOG_FOLDER=folder):
            yield
    finally:
        teardown_databases(made, verbosity=0)


def together(workers: int, work: Callable[[int, Barrier], None]) -> float:
    """Run `work(number, start)` in that many processes; return seconds from start to last end.

    Each must wait at `start` once, when it is warm.
    """
    connections.close_all()
    start = FORK.Barrier(workers + 1)
    running = [FORK.Process(target=_alone, args=(work, n, start)) for n in range(workers)]
    for process in running:
        process.start()
    start.wait(timeout=120)
    began = time.perf_counter()
    for process in running:
        process.join()
    took = time.perf_counter() - began
    if any(process.exitcode for process in running):
        raise Unavailable("A process of the bench failed.", why="Its error is printed above.")
    return took


def _alone(work: Callable[[int, Barrier], None], number: int, start: Barrier) -> None:
    connections.close_all()
    work(number, start)
    connections.close_all()


@contextmanager
def beside(work: Callable[[], None]) -> Iterator[None]:
    """Run `work` in a process of its own until the block ends; `work` must loop."""
    connections.close_all()
    process = FORK.Process(target=work, daemon=True)
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join(10)


def interleaved(
    first: Callable[[], float], second: Callable[[], float], *, rounds: int = ROUNDS
) -> tuple[float, float, float]:
    """Run both arms in turn; return the medians of each and of first / second round by round."""
    firsts, seconds = [], []
    for number in range(rounds):
        if number % 2:
            seconds.append(second())
            firsts.append(first())
        else:
            firsts.append(first())
            seconds.append(second())
    ratios = [one / other for one, other in zip(firsts, seconds, strict=True)]
    return median(firsts), median(seconds), median(ratios)


def cores() -> int:
    return os.cpu_count() or 1
