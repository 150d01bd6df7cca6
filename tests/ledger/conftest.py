"""Events that are valid, in streams of their own."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from broker.access.acting import acting
from broker.basics.actor import Actor
from broker.ledger.append import Appended, Event, Subject, append

OFFICER = Actor(
    id="0193a2b4-0000-7000-8000-000000000001",
    organisation="0193a2b4-0000-7000-8000-0000000000aa",
    organisation_kind="unit",
    roles=frozenset({"officer"}),
    service_number="FR-4711",
    channel="portal",
)

type Write = Callable[..., list[Appended]]


def an_event(stream: str = "case:one", **facts: Any) -> Event:
    return Event(
        **{
            "verb": "referral.approve",
            "stream": stream,
            "actor": OFFICER,
            "subjects": (Subject("referral", "one"),),
            **facts,
        }
    )


@pytest.fixture
def write(db: None) -> Write:
    """Append one event per stream named, in one act each."""

    def _write(*streams: str) -> list[Appended]:
        written = []
        for stream in streams or ("case:one",):
            with acting(OFFICER):
                written += append(an_event(stream))
        return written

    return _write


@pytest.fixture
def on_postgres(transactional_db: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: partitions, row locks, its own time")
