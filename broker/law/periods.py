"""From a clock and the instant that starts it to its two ends, and why they are what they are.

`due_at` is the strict reading, shown to all; `lapses_at` the latest reading, before which no
breach is alleged. Pure: no database, no settings, no process time zone.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from broker.basics.errors import Invalid
from broker.law.calendars import PACKAGE, Calendars
from broker.law.clock import AskingBack, Clock, ClockKind
from broker.law.rules import EARLIEST, HOUSE, NUMBERLESS, RULES, Count, end_of_day
from broker.law.words import Mark, WhyStep, instant


@dataclass(frozen=True, slots=True)
class Deadline:
    """The two ends of a period (aware, UTC), None where the law has no number; and why."""

    due_at: datetime | None
    lapses_at: datetime | None
    steps: tuple[WhyStep, ...]


def count(
    clock: Clock,
    start: datetime,
    *,
    zone: str | tzinfo,
    place: str | None = None,
    calendars: Calendars = PACKAGE,
) -> Deadline:
    """Count `clock` from `start` (aware).

    `zone` is whose midnight ends a day (IANA name); `place` whose holidays count ("FR",
    "FR-57"). Raises Invalid for a start without offset, an unknown zone or place.
    """
    if start.tzinfo is None:
        raise _naive(start)
    begun = WhyStep(_begun(clock, start), clock.source.text, clock.source.mark)
    if clock.duration is None:
        return Deadline(None, None, (begun, NUMBERLESS))
    counted = Count(start.astimezone(UTC), _zone(zone), calendars.of(place or ""), clock.duration)
    due, lapses, steps = RULES[clock.rule](counted)
    if clock.kind is ClockKind.EARLIEST:
        lapses, steps = due, [*steps, EARLIEST]
    return Deadline(due, lapses, (begun, *steps))


def resume(
    clock: Clock,
    deadline: Deadline,
    *,
    stood_still: tuple[datetime, datetime],
    zone: str | tzinfo,
    place: str | None = None,
    calendars: Calendars = PACKAGE,
) -> Deadline:
    """Count on after a standstill: the rest of the period strictly, a fresh one at the latest.

    The law pauses the duty and does not say how the rest is counted; both readings are kept.
    Day periods end at midnight of their last day in either. `stood_still` is from when to
    when (aware). Raises Invalid like `count`.
    """
    suspended_at, resumed_at = stood_still
    if deadline.due_at is None:
        return deadline
    fresh = count(clock, resumed_at, zone=zone, place=place, calendars=calendars)
    rest = max(deadline.due_at - suspended_at, timedelta(0))
    due = resumed_at.astimezone(UTC) + rest
    if clock.duration and clock.duration.is_calendar:
        due = _end_of_its_day(due, _zone(zone))
    latest = max(filter(None, (fresh.lapses_at, due)))
    step = WhyStep(
        f"Stood still from {instant(suspended_at)} to {instant(resumed_at)}. "
        f"Strict reading: the rest runs to {instant(due)}. "
        f"Latest reading: a fresh period to {instant(latest)}.",
        HOUSE,
        Mark.DESIGN_ADVICE,
    )
    return Deadline(due, latest, (*deadline.steps, step))


def restarts(clock: Clock) -> bool:
    """Tell whether asking back begins the whole period anew."""
    return clock.asking_back is AskingBack.RESTART


def _begun(clock: Clock, start: datetime) -> str:
    length = f"{clock.duration}" if clock.duration else "no number"
    return f"{clock.label.en} ({clock.article}): {length}, counted from {instant(start)}."


def _end_of_its_day(at: datetime, zone: tzinfo) -> datetime:
    """Return the midnight at or after `at`."""
    return end_of_day((at - timedelta(microseconds=1)).astimezone(zone).date(), zone)


def _zone(zone: str | tzinfo) -> tzinfo:
    if isinstance(zone, tzinfo):
        return zone
    try:
        return ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise Invalid(
            f"The time zone {zone!r} is not known.",
            why="A zone is an IANA name such as Europe/Paris.",
            remedy="Correct the zone.",
            fields={"zone": ["No such zone."]},
        ) from error


def _naive(start: datetime) -> Invalid:
    return Invalid(
        f"The start {start.isoformat()} names no offset.",
        why="Without one it could be any of several instants.",
        remedy="Write Z or +02:00 behind it.",
        fields={"start": ["Names no offset."]},
    )
