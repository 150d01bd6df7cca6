"""The answer to "when is it due, and why?" for anyone who asks: command, page, API."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from functools import cache
from importlib.resources import files

from broker.basics.errors import Invalid
from broker.law import catalogue
from broker.law.clock import Clock
from broker.law.instrument import Instrument
from broker.law.periods import Deadline, count
from broker.law.words import Mark, WhyStep, instant


@dataclass(frozen=True, slots=True)
class Due:
    """A counted clock with all that was taken as given."""

    instrument: Instrument
    clock: Clock
    start: datetime
    zone: str
    place: str
    deadline: Deadline

    def as_json(self) -> dict[str, object]:
        """Return the answer as JSON values; instants in UTC with `Z`, null without a number."""
        return {
            "instrument": self.instrument.id,
            "version": self.instrument.version,
            "status": self.instrument.status.value,
            "open_for_new_cases": self.instrument.is_open,
            "clock": self.clock.id,
            "kind": self.clock.kind.value,
            "weight": self.clock.weight.value,
            "duration": str(self.clock.duration) if self.clock.duration else None,
            "start": instant(self.start),
            "zone": self.zone,
            "place": self.place or None,
            "due_at": instant(self.deadline.due_at) if self.deadline.due_at else None,
            "lapses_at": instant(self.deadline.lapses_at) if self.deadline.lapses_at else None,
            "steps": [
                {"text": step.text, "source": step.source, "mark": step.mark.value}
                for step in self.deadline.steps
            ],
        }


def due(
    instrument_id: str, clock_id: str, *, start: str, zone: str | None = None, place: str = ""
) -> Due:
    """Count a clock of an instrument of the house from the instant written as `start`.

    Without `zone` the main zone of `place` is used, without both the offset in `start`.
    Raises NotFound for an unknown instrument or clock, Invalid for the other arguments.
    """
    instrument = catalogue.get(instrument_id)
    clock = instrument.clock(clock_id)
    at = _parsed(start)
    whose, note = _zone_for(zone, place, at)
    deadline = count(clock, at, zone=whose, place=place)
    if note and clock.duration and clock.duration.is_calendar:
        step = WhyStep(note, "Assumption, for want of an answer", Mark.DESIGN_ADVICE)
        deadline = Deadline(deadline.due_at, deadline.lapses_at, (*deadline.steps, step))
    return Due(instrument, clock, at, str(whose), place, deadline)


def _parsed(start: str) -> datetime:
    try:
        at = datetime.fromisoformat(start)
    except ValueError as error:
        raise Invalid(
            f"The start {start!r} is no instant.",
            why="It must be written as ISO 8601.",
            remedy="Write it like 2026-10-25T02:30:00+02:00.",
            fields={"start": ["Not an ISO 8601 instant."]},
        ) from error
    if at.tzinfo is None:
        raise Invalid(
            f"The start {start!r} names no offset.",
            why="Without one it could be any of several instants.",
            remedy="Write Z or +02:00 behind it.",
            fields={"start": ["Names no offset."]},
        )
    return at


def _zone_for(zone: str | None, place: str, at: datetime) -> tuple[str | tzinfo, str]:
    if zone:
        return zone, ""
    main = _main_zones().get(place.partition("-")[0].upper())
    if main:
        return main, f"No zone was named; days are those of {main}, the first zone of {place}."
    offset = timezone(at.utcoffset() or timedelta(0))
    return offset, f"No zone was named; days are those of the offset in the start, {offset}."


@cache
def _main_zones() -> dict[str, str]:
    """Return the first zone listed for each country by the tz database."""
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    found: dict[str, str] = {}
    for line in table.splitlines():
        if not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            found.setdefault(country, zone)
    return found
