"""`manage.py due`: when, why, and a clear word for what cannot be answered."""

import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError


def answer(capsys, *words):
    call_command("due", *words, "--json")
    return json.loads(capsys.readouterr().out)


def test_the_hour_in_the_night_the_clocks_go_back(capsys):
    got = answer(capsys, "eu-tco-removal-order", "comply", "--start", "2026-10-25T02:30:00+02:00")

    assert got["due_at"] == "2026-10-25T01:30:00Z"
    assert got["lapses_at"] == "2026-10-25T02:00:00Z"
    assert got["kind"] == "comply"
    assert all(step["text"] and step["source"] and step["mark"] for step in got["steps"])


def test_zone_and_place_are_taken(capsys):
    got = answer(
        capsys,
        *("eu-epoc", "produce", "--start", "2026-11-09T11:00:00+00:00"),
        *("--zone", "Europe/Dublin", "--place", "IE"),
    )

    assert got["due_at"] == got["lapses_at"] == "2026-11-20T00:00:00Z"
    assert (got["zone"], got["place"]) == ("Europe/Dublin", "IE")


def test_without_a_zone_the_place_says_it_and_the_steps_say_so(capsys):
    got = answer(
        capsys, "eu-epoc", "produce", "--start", "2026-11-25T09:30:00+01:00", "--place", "FR"
    )

    assert got["due_at"] == "2026-12-07T23:00:00Z"
    assert "days are those of Europe/Paris" in got["steps"][-1]["text"]


def test_without_zone_and_place_the_offset_of_the_start_counts(capsys):
    got = answer(capsys, "eu-epoc", "produce", "--start", "2026-11-25T00:30:00+01:00")

    assert got["due_at"] == "2026-12-07T23:00:00Z"
    assert "the offset in the start, UTC+01:00" in got["steps"][-1]["text"]


def test_no_number_prints_null_and_says_so(capsys):
    got = answer(capsys, "eu-tco-removal-order", "feedback", "--start", "2026-11-25T00:30:00+01:00")

    assert got["due_at"] is None
    assert got["kind"] == "standard"
    assert "no statutory due time" in got["steps"][-1]["text"]


def test_the_answer_for_people_names_both_ends_and_every_source(capsys):
    call_command("due", "eu-tco-removal-order", "comply", "--start", "2026-10-25T02:30:00+02:00")

    out = capsys.readouterr().out
    assert "Removal order for terrorist content: Remove or disable access" in out
    assert "due at     2026-10-25T01:30:00Z" in out
    assert "lapses at  2026-10-25T02:00:00Z" in out
    assert "Regulation (EEC, Euratom) No 1182/71, Art. 3(1) [from knowledge]" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("eu-tco", "comply", "--start", "2026-10-25T02:30:00Z"), "There is no instrument eu-tco"),
        (("eu-epoc", "hurry", "--start", "2026-10-25T02:30:00Z"), "no clock called 'hurry'"),
        (("eu-epoc", "produce", "--start", "tomorrow"), "'tomorrow' is no instant"),
        (("eu-epoc", "produce", "--start", "2026-10-25T02:30:00"), "names no offset"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_remedy(words, message):
    with pytest.raises(CommandError, match=message):
        call_command("due", *words)
