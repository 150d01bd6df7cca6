"""Public holidays of a place, with the name and version of the calendar that says so.

A unit's own calendar table stands in front of the package through `Amended`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.metadata import version
from typing import Protocol

import holidays

from broker.basics.errors import Invalid

_SATURDAY = 5


class Calendar(Protocol):
    """The holidays of one place. `name` and `version` are shown with each deadline."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    def holiday(self, day: date) -> str | None:
        """Return the name of the public holiday on `day`, or None."""
        ...


class Calendars(Protocol):
    """Where calendars come from."""

    def of(self, place: str) -> Calendar:
        """Return the calendar of `place` ("FR", "FR-57", "" for none); raise Invalid."""
        ...


@dataclass(frozen=True)
class NoPlace:
    """Only Saturdays and Sundays are known: no place was named."""

    name: str = "of Saturdays and Sundays only, as no place was named"
    version: str = "1"

    def holiday(self, day: date) -> str | None:
        return None


class PackageCalendar:
    """The public holidays of a country, or of one of its regions, from the `holidays` package."""

    def __init__(self, place: str) -> None:
        country, _, region = place.partition("-")
        try:
            self._days = holidays.country_holidays(
                country, subdiv=region or None, language="en_US", observed=True
            )
        except NotImplementedError as error:
            raise _unknown(place) from error
        self.name = f"of public holidays of {place}"
        self.version = f"holidays {version('holidays')}"

    def holiday(self, day: date) -> str | None:
        return self._days.get(day)


class Package:
    """Calendars of the `holidays` package."""

    def of(self, place: str) -> Calendar:
        return _package_calendar(place.upper()) if place else NoPlace()


@dataclass(frozen=True)
class Amended:
    """A calendar with days an authority added (a name) or took away (None)."""

    base: Calendar
    days: Mapping[date, str | None]
    version: str

    @property
    def name(self) -> str:
        return f"{self.base.name}, amended"

    def holiday(self, day: date) -> str | None:
        return self.days[day] if day in self.days else self.base.holiday(day)


@cache
def _package_calendar(place: str) -> Calendar:
    return PackageCalendar(place)


PACKAGE = Package()


def is_working(calendar: Calendar, day: date) -> bool:
    """Tell whether `day` is a working day: no holiday, Saturday or Sunday.

    Source: Regulation (EEC, Euratom) No 1182/71, Art. 2(2).
    """
    return day.weekday() < _SATURDAY and calendar.holiday(day) is None


def next_working(calendar: Calendar, day: date) -> date:
    """Return `day` if it is a working day, else the first one after it."""
    while not is_working(calendar, day):
        day += timedelta(days=1)
    return day


def working_day_after(calendar: Calendar, day: date, number: int) -> date:
    """Return the `number`-th working day after `day`, which itself is not counted."""
    for _ in range(number):
        day = next_working(calendar, day + timedelta(days=1))
    return day


def _unknown(place: str) -> Invalid:
    return Invalid(
        f"No calendar is known for the place {place!r}.",
        why="A place is an ISO 3166 country such as FR, or one of its regions such as FR-57.",
        remedy="Correct the place, or leave it out to count Saturdays and Sundays only.",
        fields={"place": ["No such place."]},
    )
