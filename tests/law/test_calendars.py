"""Holidays: those of the package for every Member State, and what an authority amends."""

import csv
from datetime import date

import pytest

from broker.basics.errors import Invalid
from broker.law.calendars import PACKAGE, Amended, next_working, working_day_after

FRANCE = PACKAGE.of("FR")
BASTILLE_DAY = date(2026, 7, 14)


def test_every_listed_holiday_of_the_union_is_known(shared_data):
    path = shared_data / "deadlines" / "eu27-public-holidays-2026-2028.csv"
    with path.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["python_holidays_0.109"]]

    unknown = [
        (row["country"], row["date"])
        for row in rows
        if not PACKAGE.of(row["country"]).holiday(date.fromisoformat(row["date"]))
    ]

    assert unknown == []
    assert len({row["country"] for row in rows}) == 27


def test_a_calendar_names_itself_and_its_version():
    assert FRANCE.name == "of public holidays of FR"
    assert FRANCE.version.startswith("holidays ")


def test_without_a_place_only_weekends_are_off():
    nowhere = PACKAGE.of("")

    assert nowhere.holiday(BASTILLE_DAY) is None
    assert next_working(nowhere, date(2026, 7, 18)) == date(2026, 7, 20)


def test_an_authority_may_add_a_day_and_take_one_away():
    amended = Amended(FRANCE, {BASTILLE_DAY: None, date(2026, 7, 15): "Office closed"}, "3")

    assert FRANCE.holiday(BASTILLE_DAY) == "National Day"
    assert amended.holiday(BASTILLE_DAY) is None
    assert amended.holiday(date(2026, 7, 15)) == "Office closed"
    assert amended.holiday(date(2026, 12, 25)) == "Christmas Day"


def test_working_days_are_counted_from_the_day_after():
    assert working_day_after(FRANCE, date(2026, 7, 10), 1) == date(2026, 7, 13)
    assert working_day_after(FRANCE, date(2026, 7, 13), 1) == date(2026, 7, 15)


@pytest.mark.parametrize("place", ["XX", "France", "FR-XX", "-", "FR-57-1"])
def test_a_place_that_is_not_there_is_refused(place):
    with pytest.raises(Invalid, match="No calendar is known for the place"):
        PACKAGE.of(place)
