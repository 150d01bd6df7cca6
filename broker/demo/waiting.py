"""Waits for what happens elsewhere: in the broker's worker, at a platform."""

import time
from collections.abc import Callable

from broker.demo.narrator import StepFailed

_LOOK_EVERY_S = 0.1


def await_that[T](look: Callable[[], T | None], *, what: str, within_s: float) -> T:
    """Return what `look` returns as soon as it is something; raise StepFailed in the end."""
    until = time.monotonic() + within_s
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() >= until:
            raise StepFailed(f"{what} did not happen within {within_s:.0f} s")
        time.sleep(_LOOK_EVERY_S)
