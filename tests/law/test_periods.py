"""Counting: worked cases, the two readings, clock-change nights, and what holds for any start."""

import csv
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from broker.basics.errors import Invalid
from broker.law import catalogue
from broker.law.calendars import PACKAGE, Amended
from broker.law.clock import ClockKind, Rule
from broker.law.duration import Duration
from broker.law.periods import count, resume
from tests.law.clocks import at, clock

EXAMPLES = [
    pytest.param(each, example, id=f"{each.id}-{example.clock}-{number}")
    for each in catalogue.every()
    for number, example in enumerate(each.examples)
]
# The clock of the house that counts the case, or else the kind and rule it will have.
WORKED = {
    "D01": ("eu-tco-removal-order", "comply"),
    "D08": (ClockKind.EARLIEST, Rule.HOURS_EU),
    "D12": (ClockKind.COMPLY, Rule.SPAN),
    "D16": (ClockKind.COMPLY, Rule.SPAN),
    "D20": ("policy-two-hours", "act"),
    "D24": ("eu-epoc", "produce"),
    "D25": ("eu-epoc", "produce"),
    "D41": ("eu-epoc", "clarify"),
    "D43": (ClockKind.RETAIN, Rule.DAYS_EU),
    "D46": (ClockKind.RETAIN, Rule.DAYS),
    "D48": (ClockKind.COMPLY, Rule.DAYS_EU),
    "D63": ("eu-tco-removal-order", "feedback"),
}
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
LENGTHS = {"1h": "PT1H", "2h": "PT2H", "12h": "PT12H", "24h": "PT24H", "none": None}


@pytest.mark.parametrize(("instrument", "example"), EXAMPLES)
def test_every_example_of_every_instrument_holds(instrument, example):
    deadline = count(
        instrument.clock(example.clock), example.start, zone=example.zone, place=example.place
    )

    assert (deadline.due_at, deadline.lapses_at) == (example.due, example.lapses)


def test_the_worked_cases_hold(shared_data):
    path = shared_data / "deadlines" / "deadline-cases-sample.csv"
    with path.open(encoding="utf-8") as file:
        cases = list(csv.DictReader(file, delimiter="|"))

    found = {case["id"]: _counted(case) for case in cases}

    assert len(cases) == 12
    assert found == {case["id"]: _expected(case) for case in cases}


def _counted(case):
    first, second = WORKED[case["id"]]
    period = case["period"]
    if isinstance(first, ClockKind):
        length = LENGTHS.get(period) or f"P{period.upper()}"
        counted = clock(Duration.parse(length), second, first)
    else:
        counted = catalogue.get(first).clock(second)
    return count(
        counted, at(case["start_local"]), zone=case["zone"], place=case["holiday_place"]
    ).due_at


def _expected(case):
    return at(case["expected_due_utc"]) if case["expected_due_utc"] else None


@pytest.mark.parametrize(
    ("start", "length", "last"),
    [
        ("2026-01-31T10:00:00+01:00", "P1M", date(2026, 2, 28)),
        ("2028-01-31T10:00:00+01:00", "P1M", date(2028, 2, 29)),
        ("2028-02-29T10:00:00+01:00", "P1Y", date(2029, 2, 28)),
        ("2026-12-31T23:59:00+01:00", "P6W", date(2027, 2, 11)),
        ("2026-12-31T23:59:00+01:00", "P1D", date(2027, 1, 1)),
    ],
)
def test_months_and_years_end_on_the_same_date_or_the_last_of_the_month(start, length, last):
    deadline = count(clock(Duration.parse(length), Rule.DAYS), at(start), zone="Europe/Paris")

    ended = deadline.due_at.astimezone(ZoneInfo("Europe/Paris")).date() - timedelta(days=1)
    assert ended == last


def test_two_days_over_christmas_hold_two_working_days():
    short = clock(Duration(days=2), Rule.DAYS_EU)

    deadline = count(short, at("2026-12-24T10:00:00+01:00"), zone="Europe/Paris", place="FR")

    assert deadline.due_at == at("2026-12-29T23:00:00+00:00")
    assert any("at least two working days" in step.text for step in deadline.steps)


def test_five_working_days_pass_over_weekend_and_holiday():
    five = clock(Duration(days=5), Rule.WORKING_DAYS_EU)

    deadline = count(five, at("2026-11-09T16:00:00+01:00"), zone="Europe/Paris", place="FR")

    assert deadline.due_at == at("2026-11-17T23:00:00+00:00")


def test_an_earliest_instant_takes_the_strict_reading_alone():
    notice = clock(Duration(hours=12), Rule.HOURS_EU, ClockKind.EARLIEST)

    deadline = count(notice, at("2026-11-24T20:10:00+01:00"), zone="Europe/Paris")

    assert deadline.due_at == deadline.lapses_at == at("2026-11-25T07:10:00+00:00")


def test_where_the_law_has_no_number_there_is_no_due_time():
    feedback = catalogue.get("eu-tco-removal-order").clock("feedback")

    deadline = count(feedback, at("2026-11-24T10:00:00+01:00"), zone="Europe/Paris")

    assert (deadline.due_at, deadline.lapses_at) == (None, None)
    assert "no statutory due time" in deadline.steps[-1].text


def test_half_hour_zones_count_their_own_hours():
    comply = catalogue.get("eu-tco-removal-order").clock("comply")

    deadline = count(comply, at("2026-11-24T14:40:00+05:30"), zone="Asia/Kolkata")

    assert deadline.lapses_at == at("2026-11-24T16:00:00+05:30")


def test_every_step_names_its_source_and_the_calendar_its_version():
    produce = catalogue.get("eu-epoc").clock("produce")

    deadline = count(produce, at("2026-11-25T09:30:00+01:00"), zone="Europe/Paris", place="FR")

    assert all(step.source and step.mark for step in deadline.steps)
    assert "2026-12-05 is a Saturday, so it moves to Monday 2026-12-07" in deadline.steps[-1].text
    assert "public holidays of FR (holidays " in deadline.steps[-1].text


def test_a_day_that_an_authority_adds_moves_the_end():
    class Bridged:
        def of(self, place):
            return Amended(PACKAGE.of(place), {date(2026, 12, 7): "Bridge day"}, "unit 3")

    produce = catalogue.get("eu-epoc").clock("produce")

    deadline = count(
        produce,
        at("2026-11-25T09:30:00+01:00"),
        zone="Europe/Paris",
        place="FR",
        calendars=Bridged(),
    )

    assert deadline.due_at == at("2026-12-08T23:00:00+00:00")
    assert "public holidays of FR, amended (unit 3)" in deadline.steps[-1].text


def test_holidays_of_a_region_count_only_there():
    one_day = clock(Duration(days=1), Rule.DAYS_EU)
    thursday = at("2026-04-02T10:00:00+02:00")

    france = count(one_day, thursday, zone="Europe/Paris", place="FR")
    moselle = count(one_day, thursday, zone="Europe/Paris", place="fr-57")

    assert france.due_at == at("2026-04-03T22:00:00+00:00")
    assert moselle.due_at == at("2026-04-07T22:00:00+00:00")


def test_after_a_standstill_both_readings_are_kept():
    hours_8 = catalogue.get("eu-epoc").clock("produce_emergency")
    deadline = count(hours_8, at("2026-11-24T10:10:00+01:00"), zone="Europe/Paris")

    after = resume(
        hours_8,
        deadline,
        stood_still=(at("2026-11-24T12:10:00+01:00"), at("2026-11-24T20:10:00+01:00")),
        zone="Europe/Paris",
    )

    assert after.due_at == at("2026-11-25T02:10:00+01:00")
    assert after.lapses_at == at("2026-11-25T05:00:00+01:00")
    assert "Stood still from 2026-11-24T11:10:00Z to 2026-11-24T19:10:00Z" in after.steps[-1].text


def test_a_standstill_of_days_still_ends_at_midnight():
    produce = catalogue.get("eu-epoc").clock("produce")
    deadline = count(produce, at("2026-11-09T11:00:00+00:00"), zone="Europe/Dublin", place="IE")

    after = resume(
        produce,
        deadline,
        stood_still=(at("2026-11-11T09:00:00+00:00"), at("2026-11-13T15:00:00+00:00")),
        zone="Europe/Dublin",
        place="IE",
    )

    assert after.due_at == at("2026-11-23T00:00:00+00:00")
    assert after.lapses_at == at("2026-11-24T00:00:00+00:00")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"start": FIRST.replace(tzinfo=None)}, "names no offset. Without one it could be any"),
        ({"zone": "Europe/Atlantis"}, "The time zone 'Europe/Atlantis' is not known"),
        ({"zone": "../etc/passwd"}, "The time zone '../etc/passwd' is not known"),
        ({"place": "XX"}, "No calendar is known for the place 'XX'"),
        ({"place": "FR-99999"}, "No calendar is known for the place 'FR-99999'"),
        ({"start": datetime(9999, 12, 25, tzinfo=UTC)}, "leaves the calendar"),
    ],
)
def test_what_cannot_be_counted_is_refused(arguments, message):
    given_ = {"start": at("2026-11-24T10:00:00+01:00"), "zone": "Europe/Paris", "place": "FR"}
    start, zone, place = {**given_, **arguments}.values()

    with pytest.raises(Invalid, match=message):
        count(clock(Duration(days=10), Rule.DAYS_EU), start, zone=zone, place=place)
