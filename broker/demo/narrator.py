"""Tells the journey in the terminal, line by line, with the time each step took."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from broker.basics.errors import Refusal


class StepFailed(Exception):
    """A step of the journey did not do what it must; its text says which and why."""


class Narrator:
    """Writes to `out`; counts steps and remembers how long each took, in seconds."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._out = out
        self._muted = False
        self._began = time.monotonic()
        self.steps = 0
        self.times: dict[str, float] = {}

    def chapter(self, title: str) -> None:
        self.say(f"\n{title}")

    def say(self, words: str) -> None:
        """Write a line of its own."""
        if not self._muted:
            print(words, file=self._out, flush=True)

    def mute(self) -> None:
        """Say nothing more."""
        self._muted = True

    def tell(self, words: str) -> None:
        """Write a line below the present step."""
        self.say(f"                {words}")

    @contextmanager
    def step(self, words: str, *, timed: str = "") -> Iterator[None]:
        """Say that the block did what `words` say, or that it failed and why.

        With `timed`, keep its seconds under that name. Raises StepFailed for a refusal.
        """
        began = time.monotonic()
        try:
            yield
        except (Refusal, StepFailed, OSError) as fault:
            self._line("FAILED", began, words)
            raise StepFailed(f"{words}: {fault}") from fault
        self.steps += 1
        if timed:
            self.times[timed] = round(time.monotonic() - began, 3)
        self._line("ok", began, words)

    def _line(self, word: str, began: float, words: str) -> None:
        self.say(f"  {word:<6}{time.monotonic() - began:6.1f} s  {words}")

    @property
    def elapsed_s(self) -> float:
        return round(time.monotonic() - self._began, 3)


def demand(held: bool, words: str) -> None:
    """Raise StepFailed with `words` unless `held`."""
    if not held:
        raise StepFailed(words)
