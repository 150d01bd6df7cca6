"""Instants and lengths of time in words: in UTC and in the zone of the seat, always both."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from broker.law.duration import Duration


@dataclass(frozen=True, slots=True)
class Instant:
    """`machine` for `<time datetime>`, `local` with its zone's name, and `utc`."""

    machine: str
    local: str
    utc: str


@lru_cache(maxsize=64)
def zone_named(name: str) -> ZoneInfo:
    """Return the IANA zone, or UTC for a name that is none."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def instant(at: datetime, zone: str = "UTC") -> Instant:
    """Return the aware instant `at` as the page writes it in `zone`."""
    in_utc = at.astimezone(UTC)
    there = at.astimezone(zone_named(zone))
    same_day = there.date() == in_utc.date()
    utc = _("%(time)s UTC") % {"time": _clock(in_utc) if same_day else _written(in_utc)}
    if there.utcoffset() == timedelta(0):
        return Instant(in_utc.isoformat(), f"{_written(in_utc)} UTC", "")
    return Instant(in_utc.isoformat(), f"{_written(there)} {there.tzname()}", utc)


def _written(at: datetime) -> str:
    return f"{date_format(at, 'j M Y')}, {_clock(at)}"


def _clock(at: datetime) -> str:
    return at.strftime("%H:%M:%S" if at.second else "%H:%M")


def length(span: timedelta) -> str:
    """Return a length of time in its two largest units: "2 days 4 h", "12 min", "8 s".

    The sign is dropped; what is left or overdue is said by the words around it.
    """
    seconds = abs(int(span.total_seconds()))
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, seconds = divmod(rest, 60)
    if days:
        said = ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
        return f"{said} {_hours(hours)}" if hours and days < 10 else said
    if hours:
        return f"{_hours(hours)} {_minutes(minutes)}" if minutes else _hours(hours)
    return _minutes(minutes) if minutes else _("%(n)d s") % {"n": seconds}


def _hours(hours: int) -> str:
    return _("%(n)d h") % {"n": hours}


def _minutes(minutes: int) -> str:
    return _("%(n)d min") % {"n": minutes}


def period(duration: Duration) -> str:
    """Return a length of time as the law writes it, in words: "1 hour", "10 days"."""
    parts = (
        (duration.years, ngettext("%(n)d year", "%(n)d years", duration.years)),
        (duration.months, ngettext("%(n)d month", "%(n)d months", duration.months)),
        (duration.weeks, ngettext("%(n)d week", "%(n)d weeks", duration.weeks)),
        (duration.days, ngettext("%(n)d day", "%(n)d days", duration.days)),
        (duration.hours, ngettext("%(n)d hour", "%(n)d hours", duration.hours)),
        (duration.minutes, ngettext("%(n)d minute", "%(n)d minutes", duration.minutes)),
        (duration.seconds, ngettext("%(n)d second", "%(n)d seconds", duration.seconds)),
    )
    return " ".join(said % {"n": number} for number, said in parts if number)
