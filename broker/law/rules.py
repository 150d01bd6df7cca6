"""The ways of counting a period, each with the text it rests on."""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from broker.basics.errors import Invalid
from broker.law.calendars import Calendar, next_working, working_day_after
from broker.law.clock import Rule
from broker.law.duration import Duration
from broker.law.words import Mark, WhyStep, instant

REGULATION = "Regulation (EEC, Euratom) No 1182/71"
HOUSE = "Decision of the product"


@dataclass(frozen=True, slots=True)
class Count:
    """What a rule counts with: start in UTC, the zone whose days count, the holidays."""

    start: datetime
    zone: tzinfo
    calendar: Calendar
    duration: Duration

    @property
    def day(self) -> date:
        return self.start.astimezone(self.zone).date()


type Ends = tuple[datetime | None, datetime | None, list[WhyStep]]


def _span(counted: Count) -> Ends:
    due = counted.start + counted.duration.span
    step = WhyStep(
        f"{counted.duration} is a span of time; it ends at {instant(due)}; nights, weekends, "
        "holidays and clock changes do not move it.",
        f"{HOUSE}: counted without {REGULATION}",
        Mark.DESIGN_ADVICE,
    )
    return due, due, [step]


def _hours_eu(counted: Count) -> Ends:
    due = counted.start + counted.duration.span
    local = counted.start.astimezone(counted.zone)
    into_hour = timedelta(
        minutes=local.minute, seconds=local.second, microseconds=local.microsecond
    )
    first = counted.start - into_hour + timedelta(hours=1)
    lapses = first + counted.duration.span
    return (
        due,
        lapses,
        [
            WhyStep(
                f"Strict reading: {counted.duration} from the event itself ends at {instant(due)}.",
                f"{HOUSE}: the strict reading is shown",
                Mark.DESIGN_ADVICE,
            ),
            WhyStep(
                f"Latest reading: the hour of the event is not counted; the first hour begins "
                f"at {instant(first)} and the period ends at {instant(lapses)}.",
                f"{REGULATION}, Art. 3(1)",
                Mark.FROM_KNOWLEDGE,
            ),
            WhyStep(
                "A period in hours is not moved past weekends or holidays.",
                f"{REGULATION}, Art. 3(4)",
                Mark.VERIFIED,
            ),
        ],
    )


def _days(counted: Count) -> Ends:
    last = _last_day(counted)
    end = end_of_day(last, counted.zone)
    return end, end, [_not_counted(counted), _ends_on(counted, last, end)]


def _days_eu(counted: Count) -> Ends:
    nominal = _last_day(counted)
    second = working_day_after(counted.calendar, counted.day, 2)
    is_long = nominal >= counted.day + timedelta(days=2)
    extended = max(nominal, second) if is_long else nominal
    last = next_working(counted.calendar, extended)
    end = end_of_day(last, counted.zone)
    steps = [_not_counted(counted), _ends_on(counted, nominal, None)]
    if extended != nominal:
        steps.append(
            WhyStep(
                f"A period of two days or more holds at least two working days: {second}.",
                f"{REGULATION}, Art. 3(5)",
                Mark.FROM_KNOWLEDGE,
            )
        )
    steps.append(_moved(counted, extended, last, end))
    return end, end, steps


def _working_days(counted: Count) -> Ends:
    last = working_day_after(counted.calendar, counted.day, counted.duration.days)
    end = end_of_day(last, counted.zone)
    step = WhyStep(
        f"{counted.duration.days} working days by {_named(counted.calendar)} end on {last}, "
        f"24:00 {_zone_name(counted)}: {instant(end)}.",
        f"{REGULATION}, Art. 2(2), 3(3)",
        Mark.FROM_KNOWLEDGE,
    )
    return end, end, [_not_counted(counted), step]


RULES: dict[Rule, Callable[[Count], Ends]] = {
    Rule.SPAN: _span,
    Rule.HOURS_EU: _hours_eu,
    Rule.DAYS: _days,
    Rule.DAYS_EU: _days_eu,
    Rule.WORKING_DAYS_EU: _working_days,
}
NUMBERLESS = WhyStep(
    "The law gives no number: there is no statutory due time.", HOUSE, Mark.DESIGN_ADVICE
)
EARLIEST = WhyStep(
    "This is the earliest instant, not the latest: the strict reading alone counts.",
    HOUSE,
    Mark.DESIGN_ADVICE,
)


def _not_counted(counted: Count) -> WhyStep:
    return WhyStep(
        f"The day of the event, {counted.day} in {_zone_name(counted)}, is not counted.",
        f"{REGULATION}, Art. 3(1)",
        Mark.FROM_KNOWLEDGE,
    )


def _ends_on(counted: Count, last: date, end: datetime | None) -> WhyStep:
    when = f" at 24:00 {_zone_name(counted)}: {instant(end)}" if end else ""
    return WhyStep(
        f"{counted.duration} ends on {last:%A} {last}{when}.",
        f"{REGULATION}, Art. 3(2)",
        Mark.FROM_KNOWLEDGE,
    )


def _moved(counted: Count, nominal: date, last: date, end: datetime) -> WhyStep:
    if last == nominal:
        text = f"{nominal:%A} {nominal} is a working day"
    else:
        text = f"{_day_off(counted.calendar, nominal)}, so it moves to {last:%A} {last}"
    return WhyStep(
        f"{text} by {_named(counted.calendar)}; "
        f"it ends at 24:00 {_zone_name(counted)}: {instant(end)}.",
        f"{REGULATION}, Art. 3(4)",
        Mark.VERIFIED,
    )


def _day_off(calendar: Calendar, day: date) -> str:
    holiday = calendar.holiday(day)
    return f"{day} is {holiday}" if holiday else f"{day} is a {day:%A}"


def _named(calendar: Calendar) -> str:
    return f"the calendar {calendar.name} ({calendar.version})"


def _zone_name(counted: Count) -> str:
    return str(counted.zone)


def _last_day(counted: Count) -> date:
    """Return the last day: the same date or weekday as the day of the event, Art. 3(2)(c)."""
    length = counted.duration
    months = counted.day.year * 12 + counted.day.month - 1 + length.years * 12 + length.months
    year, month = divmod(months, 12)
    try:
        day = min(counted.day.day, monthrange(year, month + 1)[1])
        return date(year, month + 1, day) + timedelta(weeks=length.weeks, days=length.days)
    except (ValueError, OverflowError) as error:
        raise Invalid(
            f"{length} from {counted.day} leaves the calendar.",
            why="Years after 9999 cannot be written.",
            remedy="Correct the start.",
        ) from error


def end_of_day(day: date, zone: tzinfo) -> datetime:
    """Return 24:00 of `day` in `zone`: the instant of 00:00 on the next day, in UTC."""
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
