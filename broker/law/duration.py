"""Lengths of time as the law writes them: ISO 8601 durations of the calendar or of the clock."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

_SHAPE = re.compile(
    r"P(?:(?P<years>\d{1,4})Y)?(?:(?P<months>\d{1,4})M)?(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?:(?P<hours>\d{1,5})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,7})S)?)?"
)


@dataclass(frozen=True, slots=True)
class Duration:
    """Either calendar parts (years to days) or clock parts (hours to seconds), never both."""

    years: int = 0
    months: int = 0
    weeks: int = 0
    days: int = 0
    hours: int = 0
    minutes: int = 0
    seconds: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `PT1H`, `P10D`, `P6M`; raise ValueError for anything else, and for `P1DT2H`."""
        match = _SHAPE.fullmatch(text)
        parts = {name: int(value) for name, value in match.groupdict("0").items()} if match else {}
        if not any(parts.values()) or text.endswith("T"):
            raise ValueError(f"{text!r} is not an ISO 8601 duration such as PT1H, P10D or P6M")
        made = cls(**parts)
        if made.is_clock and made.is_calendar:
            raise ValueError(f"{text!r} mixes days and hours, which the law counts differently")
        return made

    @property
    def is_clock(self) -> bool:
        return bool(self.hours or self.minutes or self.seconds)

    @property
    def is_calendar(self) -> bool:
        return bool(self.years or self.months or self.weeks or self.days)

    @property
    def span(self) -> timedelta:
        """The length of a clock duration; raise ValueError for one of the calendar."""
        if self.is_calendar:
            raise ValueError(f"{self} has no length without a calendar")
        return timedelta(hours=self.hours, minutes=self.minutes, seconds=self.seconds)

    def __str__(self) -> str:
        day = _join((self.years, "Y"), (self.months, "M"), (self.weeks, "W"), (self.days, "D"))
        time = _join((self.hours, "H"), (self.minutes, "M"), (self.seconds, "S"))
        return "P" + day + ("T" + time if time else "")


def _join(*parts: tuple[int, str]) -> str:
    return "".join(f"{number}{letter}" for number, letter in parts if number)
