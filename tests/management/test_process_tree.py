"""Programs stand and fall together: started, started again, ended in time."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from broker.management import process_tree
from broker.management.process_tree import ProcessTree, Program

PLAYED = "tests.management.played"


def program(manner: str) -> Program:
    return Program(manner, PLAYED, (manner,))


def wait_for(held, within_s: float = 20.0):
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        if found := held():
            return found
        time.sleep(0.02)
    raise AssertionError("It did not happen in time.")


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.fixture
def tree_of(tmp_path, monkeypatch):
    monkeypatch.setattr(process_tree, "QUIT_AFTER_S", 0.6)
    monkeypatch.setattr(process_tree, "KILL_AFTER_S", 1.2)
    monkeypatch.setattr(process_tree, "_FIRST_REST_S", 0.05)
    made = []

    def make(*manners: str) -> ProcessTree:
        tree = ProcessTree([program(each) for each in manners], logs=tmp_path)
        tree.start()
        made.append(tree)
        wait_for(lambda: all((tmp_path / f"{each}.log").read_bytes() for each in manners))
        return tree

    yield make
    for tree in made:
        tree.stop()


def test_a_program_that_ends_is_started_again_after_a_rest(tree_of, tmp_path, caplog):
    tree = tree_of("end")

    def began_three_times() -> bool:
        tree.tend()
        return (tmp_path / "end.log").read_text().count("ending") >= 3

    assert wait_for(began_three_times)
    assert "program_ended name=end code=3" in caplog.text


def test_a_program_that_is_killed_is_started_again_under_another_number(tree_of):
    tree = tree_of("stay")
    first = tree.pids()["stay"]

    os.kill(first, signal.SIGKILL)

    def another() -> bool:
        tree.tend()
        return tree.pids().get("stay") not in {None, first}

    assert wait_for(another)


def test_what_a_killed_program_leaves_behind_is_ended_before_it_starts_again(tree_of, tmp_path):
    tree = tree_of("parent")
    wait_for(lambda: "up" in (tmp_path / "parent.log").read_text())
    left = int((tmp_path / "parent.log").read_text().split()[0])

    os.kill(tree.pids()["parent"], signal.SIGKILL)

    def gone() -> bool:
        tree.tend()
        return not is_alive(left)

    assert wait_for(gone)


def test_a_tree_that_hears_ends_at_once(tree_of):
    tree = tree_of("stay")
    began = time.monotonic()

    clean = tree.stop()

    assert clean
    assert time.monotonic() - began < process_tree.QUIT_AFTER_S
    assert tree.pids() == {}


def test_a_program_that_does_not_hear_term_is_told_to_quit(tree_of):
    tree = tree_of("stay", "stubborn")
    began = time.monotonic()

    clean = tree.stop()

    assert clean
    assert process_tree.QUIT_AFTER_S <= time.monotonic() - began < process_tree.KILL_AFTER_S + 1


def test_a_program_that_hears_nothing_is_killed_and_that_is_told(tree_of):
    tree = tree_of("deaf")

    clean = tree.stop()

    assert not clean
    assert tree.pids() == {}


def test_the_times_of_the_house_leave_ten_seconds_whole():
    assert process_tree.QUIT_AFTER_S == 6.0
    assert process_tree.KILL_AFTER_S < 10.0


def test_a_program_ends_with_a_root_that_is_killed_outright(tmp_path):
    root = (
        "import sys, time; from pathlib import Path;"
        "from broker.management.process_tree import *;"
        f"tree = ProcessTree([Program('stay', '{PLAYED}', ('stay',))], logs=Path(sys.argv[1]));"
        "tree.start(); print(tree.pids()['stay'], flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", root, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as parent:
        child = int(parent.stdout.readline())
        wait_for(lambda: "up" in (tmp_path / "stay.log").read_text())

        parent.kill()

        assert wait_for(lambda: not is_alive(child))
