"""When the rungs of a clock's alert ladder fire. Pure: instants come from the schedule alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from broker.law.clock import Alert, Anchor, Clock
from broker.law.periods import Deadline


@dataclass(frozen=True, slots=True)
class Firing:
    """One alert: the rung's place in the ladder, its repetition (from 0), when, to whom."""

    rung: int
    repetition: int
    at: datetime
    who: tuple[str, ...]


def ladder(clock: Clock, deadline: Deadline) -> tuple[Firing, ...]:
    """Return every firing of the clock's ladder, earliest first; none without a due time."""
    if deadline.due_at is None or deadline.lapses_at is None:
        return ()
    ends = {Anchor.DUE: deadline.due_at, Anchor.LAPSE: deadline.lapses_at}
    firings = (
        firing
        for rung, alert in enumerate(clock.alerts)
        for firing in _firings(rung, alert, ends[alert.anchor])
    )
    return tuple(sorted(firings, key=lambda each: (each.at, each.rung, each.repetition)))


def _firings(rung: int, alert: Alert, anchor: datetime) -> Iterator[Firing]:
    before = alert.before.span if alert.before else timedelta(0)
    after = alert.after.span if alert.after else timedelta(0)
    every = alert.every.span if alert.every else timedelta(0)
    for repetition in range(alert.times):
        yield Firing(rung, repetition, anchor - before + after + repetition * every, alert.who)
