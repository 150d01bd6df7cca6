"""Whether the engine keeps up, as the banner of every page says it. It starts nothing."""

from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Min

from broker.basics.clock import now
from broker.clocks.models import Clock
from broker.courier.models import OPEN, Dispatch

KEY = "web.engine.waiting_s"
LOOK_EVERY_S = 10
# The Pulse sleeps at most two seconds; what waits thirty is not merely in the queue.
PATIENCE = timedelta(seconds=30)


def waiting() -> timedelta | None:
    """Return how long the oldest due alert or dispatch has waited, or None if all is well.

    Looked up at most every ten seconds. Call it inside `looking`.
    """
    seconds = cache.get(KEY)
    if seconds is None:
        seconds = _looked_up()
        cache.set(KEY, seconds, LOOK_EVERY_S)
    span = timedelta(seconds=seconds)
    return span if span >= PATIENCE else None


def _looked_up() -> float:
    at = now()
    oldest = min((each for each in _oldest(at) if each is not None), default=at)
    return (at - oldest).total_seconds()


def _oldest(at: datetime) -> tuple[datetime | None, datetime | None]:
    alert = Clock.objects.filter(next_alert_at__lt=at).aggregate(at=Min("next_alert_at"))
    post = Dispatch.objects.filter(status__in=OPEN, next_attempt_at__lt=at)
    return alert["at"], post.aggregate(at=Min("next_attempt_at"))["at"]
