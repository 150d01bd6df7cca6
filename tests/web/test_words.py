"""Times, lengths, clocks and states in words."""

from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template

from broker.access.permissions import Permission
from broker.basics.clock import frozen
from broker.web import clock_face, navigation, times, words
from broker.web.templatetags import web

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=8), "8 s"),
        (timedelta(minutes=12, seconds=40), "12 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=3, minutes=5), "3 h 5 min"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=2, hours=4), "2 days 4 h"),
        (timedelta(days=40, hours=4), "40 days"),
        (timedelta(minutes=-3), "3 min"),
    ],
    ids=str,
)
def test_a_length_is_said_in_its_two_largest_units(span, said):
    assert times.length(span) == said


def test_an_instant_is_said_in_the_seats_zone_and_in_utc():
    said = times.instant(NOON, "Europe/Paris")

    assert said.local == "24 Nov 2026, 13:00 CET"
    assert said.utc == "12:00 UTC"
    assert said.machine == "2026-11-24T12:00:00+00:00"


def test_the_date_is_repeated_where_it_differs():
    said = times.instant(datetime(2026, 11, 24, 23, 30, tzinfo=UTC), "Europe/Paris")

    assert (said.local, said.utc) == ("25 Nov 2026, 00:30 CET", "24 Nov 2026, 23:30 UTC")


def test_the_repeated_hour_of_autumn_is_told_apart():
    first = times.instant(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "Europe/Paris")
    second = times.instant(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "Europe/Paris")

    assert first.local == "25 Oct 2026, 02:30 CEST"
    assert second.local == "25 Oct 2026, 02:30 CET"


@pytest.mark.parametrize("zone", ["", "Nowhere/Land", "../etc/passwd", "UTC"])
def test_an_unknown_zone_is_read_as_utc(zone):
    assert times.instant(NOON, zone).local == "24 Nov 2026, 12:00 UTC"


@pytest.mark.parametrize(
    ("facts", "colour", "said"),
    [
        ({"due_at": NOON + timedelta(minutes=12)}, "amber", "12 min left"),
        ({"due_at": NOON + timedelta(hours=5)}, "green", "5 h left"),
        ({"due_at": NOON - timedelta(hours=2)}, "red", "overdue by 2 h"),
        ({"due_at": NOON - timedelta(hours=2), "binding": False}, "red", "late by 2 h"),
        (
            {"due_at": NOON - timedelta(minutes=1), "lapses_at": NOON + timedelta(minutes=29)},
            "amber",
            "due 1 min ago, lapses in 29 min",
        ),
        ({"due_at": None}, "grey", "no statutory period"),
        ({"due_at": NOON, "status": "met"}, "green", "met"),
        ({"due_at": NOON, "status": "suspended"}, "grey", "clock stands still"),
        ({"due_at": NOON, "status": "restarted"}, "grey", "started anew"),
        ({"due_at": NOON, "status": "void"}, "grey", "clock stopped"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_clock_has_a_colour_and_words(facts, colour, said):
    with frozen(NOON):
        badge = clock_face.badge(**facts)

    assert (badge.colour, badge.words) == (colour, said)


def test_every_state_of_both_flows_has_words():
    from referrals.flow import State

    assert [state for state in State if state not in words.STATES] == []


def test_an_unknown_code_is_made_readable():
    assert words.say(words.STATES, "not_yet-known") == "not yet known"


@pytest.mark.parametrize(
    ("size_bytes", "said"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (104_857_600, "104.9 MB"), (None, "")],
)
def test_sizes_are_said_in_decimal_units(size_bytes, said):
    assert web.size(size_bytes) == said


def test_the_rail_shows_what_the_seat_may_reach():
    officer = navigation.entries({Permission.REFERRAL_READ}, "/")
    platform = navigation.entries({Permission.REFERRAL_READ, Permission.REFERRAL_ANSWER}, "/")

    assert [entry.is_here for entry in officer if entry.key == "home"] == [True]
    assert "referrals" not in {entry.key for entry in platform}
    assert "new-referral" not in {entry.key for entry in officer + platform}


def test_times_are_written_for_machines_too():
    written = Template("{% load web %}{% when at 'Europe/Paris' %}").render(Context({"at": NOON}))

    assert '<time datetime="2026-11-24T12:00:00+00:00"' in written
    assert "13:00 CET" in written


def test_no_instant_is_no_words():
    assert Template("{% load web %}{% when at %}").render(Context({"at": None})).strip() == ""
