"""`manage.py test` adds what a full run wants, and gives way to what the caller says."""

import pytest

from broker.management.commands.test import APART, words


def test_without_words_the_whole_suite_runs_beside_itself():
    assert words([]) == ["--ds=tests.settings", "-m", APART, "-n", "auto"]


def test_words_go_to_pytest_as_they_are():
    assert words(["tests/law", "-k", "periods", "-q"])[-4:] == ["tests/law", "-k", "periods", "-q"]


def test_a_mark_of_the_callers_own_replaces_the_usual_one():
    given = words(["-m", "kill"])

    assert given.count("-m") == 1
    assert APART not in given


@pytest.mark.parametrize("word", ["-n0", "--numprocesses=3", "--pdb", "no:xdist"])
def test_processes_are_left_to_a_caller_who_speaks_of_them(word):
    assert "auto" not in words([word])


def test_words_that_only_look_alike_change_nothing():
    assert words(["--maxfail=1", "--no-header"])[:5] == words([])
