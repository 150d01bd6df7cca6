"""What holds for the deadline of any start: Hypothesis, and every clock-change night."""

import csv
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.law import catalogue
from broker.law.calendars import PACKAGE, is_working
from broker.law.clock import Rule
from broker.law.duration import Duration
from broker.law.periods import count
from tests.law.clocks import at, clock

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
ZONES = ["Europe/Paris", "Europe/Dublin", "Asia/Nicosia", "America/Los_Angeles", "Asia/Kolkata"]
CALENDAR = ["P1D", "P2D", "P5D", "P10D", "P6W", "P6M", "P1Y"]
starts = st.datetimes(
    FIRST.replace(tzinfo=None), FIRST.replace(year=2029, tzinfo=None), timezones=st.just(UTC)
)
hours = st.sampled_from([Duration.parse(text) for text in ("PT10S", "PT1H", "PT8H", "PT96H")])
days = st.sampled_from([Duration.parse(text) for text in CALENDAR])
clocks = st.one_of(
    st.builds(clock, hours, st.sampled_from([Rule.SPAN, Rule.HOURS_EU])),
    st.builds(clock, days, st.sampled_from([Rule.DAYS, Rule.DAYS_EU])),
    st.builds(lambda n: clock(Duration(days=n), Rule.WORKING_DAYS_EU), st.integers(1, 30)),
)


@given(clocks, starts, st.sampled_from(ZONES), st.sampled_from(["FR", "IE", None]))
def test_a_deadline_is_never_before_its_start(counted, start, zone, place):
    deadline = count(counted, start, zone=zone, place=place)

    assert start < deadline.due_at <= deadline.lapses_at


@given(clocks, starts, starts, st.sampled_from(ZONES), st.sampled_from(["FR", "IE", None]))
def test_a_later_start_never_ends_earlier(counted, one, other, zone, place):
    first = count(counted, min(one, other), zone=zone, place=place)
    second = count(counted, max(one, other), zone=zone, place=place)

    assert first.due_at <= second.due_at
    assert first.lapses_at <= second.lapses_at


@given(clocks, starts, st.sampled_from(ZONES), st.sampled_from(ZONES))
def test_the_same_instant_written_elsewhere_ends_the_same(counted, start, zone, written):
    here = count(counted, start, zone=zone, place="FR")
    there = count(counted, start.astimezone(ZoneInfo(written)), zone=zone, place="FR")

    assert (here.due_at, here.lapses_at) == (there.due_at, there.lapses_at)


@given(days, starts, st.sampled_from(ZONES))
def test_a_period_of_days_ends_at_midnight_where_the_addressee_is(length, start, zone):
    deadline = count(clock(length, Rule.DAYS), start, zone=zone)

    local = deadline.due_at.astimezone(ZoneInfo(zone))
    assert (local.hour, local.minute, local.second) == (0, 0, 0)


@given(st.integers(2, 60), starts)
def test_a_moved_period_ends_on_a_working_day_and_holds_two(number, start):
    deadline = count(
        clock(Duration(days=number), Rule.DAYS_EU), start, zone="Europe/Paris", place="FR"
    )

    france = PACKAGE.of("FR")
    zone = ZoneInfo("Europe/Paris")
    last = (deadline.due_at.astimezone(zone) - timedelta(hours=12)).date()
    first = start.astimezone(zone).date() + timedelta(days=1)
    span = [first + timedelta(days=each) for each in range((last - first).days + 1)]
    assert is_working(france, last)
    assert sum(is_working(france, day) for day in span) >= 2


@pytest.mark.parametrize("process_zone", ["UTC", "Pacific/Kiritimati", "America/New_York"])
def test_the_zone_of_the_process_changes_nothing(process_zone):
    code = (
        "from broker.law.due import due\n"
        "for clock, start in (('comply', '2026-10-25T02:30:00+02:00'),"
        " ('preserve', '2026-08-31T23:30:00+02:00')):\n"
        "    got = due('eu-tco-removal-order', clock, start=start, place='FR').deadline\n"
        "    print(got.due_at.isoformat(), got.lapses_at.isoformat())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "TZ": process_zone},
    )

    assert done.stdout.split() == [
        "2026-10-25T01:30:00+00:00",
        "2026-10-25T02:00:00+00:00",
        "2027-03-01T23:00:00+00:00",
        "2027-03-01T23:00:00+00:00",
    ]


def test_an_hour_is_an_hour_in_every_clock_change_night_of_the_union(shared_data):
    path = shared_data / "deadlines" / "eu-dst-transitions-2026-2028.csv"
    with path.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["transition_utc"] != "none"]
    comply = catalogue.get("eu-tco-removal-order").clock("comply")

    for row in rows:
        start = at(row["transition_utc"]) - timedelta(minutes=20)
        deadline = count(comply, start, zone=row["zone"])
        day = count(clock(Duration(days=1), Rule.DAYS), start, zone=row["zone"])
        local = day.due_at.astimezone(ZoneInfo(row["zone"]))

        assert deadline.due_at - start == timedelta(hours=1)
        assert deadline.lapses_at - start == timedelta(hours=1, minutes=20)
        assert (local.hour, local.date()) == (
            0,
            start.astimezone(ZoneInfo(row["zone"])).date() + timedelta(days=2),
        )
    assert len(rows) >= 150
