"""Let two acts meet at the same moment, each in a thread and a connection of its own."""

import threading
from collections.abc import Callable
from contextlib import suppress

import pytest
from django.db import connections


def at_once(*works: Callable[[], object]) -> list[Exception]:
    """Do all at the same moment; return what failed."""
    faults: list[Exception] = []

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        except Exception as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults


def meeting(monkeypatch: pytest.MonkeyPatch, *places: tuple[object, str]) -> None:
    """Let acts that come to these places wait for each other there; one alone goes on."""
    both = threading.Barrier(len(places))

    def met(real: Callable[..., object]) -> Callable[..., object]:
        def first_meet(*args: object, **facts: object) -> object:
            with suppress(threading.BrokenBarrierError):
                both.wait(1)
            return real(*args, **facts)

        return first_meet

    for room, name in places:
        monkeypatch.setattr(room, name, met(getattr(room, name)))
