"""The ladder of alerts of one clock: each instant follows from the law's data, never from now."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from broker.law.clock import Alert as Rung
from broker.law.clock import Anchor
from broker.law.clock import Clock as Period

LAPSE_RUNG = 99


@dataclass(frozen=True, slots=True)
class Firing:
    """One alert: when, which rung and repetition, for which seats; `lapse` ends the period."""

    at: datetime
    rung: int
    repetition: int
    who: tuple[str, ...]

    @property
    def lapse(self) -> bool:
        return self.rung == LAPSE_RUNG


def ladder(period: Period, *, due_at: datetime, lapses_at: datetime) -> list[Firing]:
    """Return all firings in time order; the lapse itself is one of them."""
    firings = [Firing(lapses_at, LAPSE_RUNG, 0, ())]
    for number, rung in enumerate(period.alerts):
        anchor = due_at if rung.anchor is Anchor.DUE else lapses_at
        firings.extend(_repeated(number, rung, _first(rung, anchor)))
    return sorted(firings, key=lambda firing: (firing.at, firing.rung, firing.repetition))


def _first(rung: Rung, anchor: datetime) -> datetime:
    if rung.before:
        return anchor - rung.before.span
    if rung.after:
        return anchor + rung.after.span
    return anchor


def _repeated(number: int, rung: Rung, first: datetime) -> Iterator[Firing]:
    for repetition in range(rung.times if rung.every else 1):
        wait = rung.every.span * repetition if rung.every else None
        yield Firing(first + wait if wait else first, number, repetition, rung.who)
