"""When a message that could not be handed over is tried again, and when it is given up."""

from datetime import datetime, timedelta

# Waits after the first, second, ... failed attempt; the last one repeats.
WAITS = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=1),
)
GIVE_UP_AFTER = timedelta(hours=24)


def next_attempt(*, attempts: int, since: datetime, at: datetime) -> datetime | None:
    """Return when to try again after `attempts` (>= 1) failed ones, or None to give up.

    `since` is when the message was written, `at` when the last attempt failed (both aware).
    """
    if at - since >= GIVE_UP_AFTER:
        return None
    return at + WAITS[min(attempts, len(WAITS)) - 1]
