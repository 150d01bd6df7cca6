"""Signs of life of the engine: when each sweep last ran, kept in the cache, never in a table.

A cache that does not answer costs the sign, not the sweep.
"""

import logging
import time
from datetime import datetime

from django.core.cache import cache

from broker.basics.clock import now

log = logging.getLogger("broker.heartbeat")

SWEEPS = ("clocks", "lapses", "outbox", "sequencer")
# A sweep sleeps two seconds at most; older than this it hangs, fails, or no worker runs.
LATE_AFTER_S = 15.0
_BEAT_EVERY_S = 1.0

_beaten: dict[str, float] = {}


def beat(name: str) -> None:
    """Note that the sweep `name` has just come round; at most once a second."""
    present = time.monotonic()
    if present - _beaten.get(name, float("-inf")) < _BEAT_EVERY_S:
        return
    _beaten[name] = present
    try:
        cache.set(_key(name), now(), timeout=None)
    except Exception:
        log.warning("heartbeat_not_kept", extra={"sweep": name})


def age_s(name: str) -> float | None:
    """Return the seconds since the sweep `name` last came round; None when that is not known."""
    try:
        at: datetime | None = cache.get(_key(name))
    except Exception:
        log.warning("heartbeat_not_read", extra={"sweep": name})
        return None
    return None if at is None else max(0.0, (now() - at).total_seconds())


def is_late(name: str) -> bool:
    """Tell whether the sweep `name` has not been heard of for too long."""
    age = age_s(name)
    return age is None or age > LATE_AFTER_S


def _key(name: str) -> str:
    return f"heartbeat.{name}"
