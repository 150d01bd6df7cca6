"""A watched case under the ten-second instrument, and short ways to look at its clocks."""

from datetime import UTC, datetime

import pytest

from broker.basics.ids import uuid7
from broker.clocks.watched import Watched, Where
from broker.law import catalogue
from broker.law.clock import Seat

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def watched() -> Watched:
    return watched_under("demo-ten-seconds")


def watched_under(instrument: str) -> Watched:
    """Return a case of a Paris platform under `instrument`, known to the clocks only."""
    return Watched(
        type="referral",
        id=uuid7(),
        reference="R-TEST",
        instrument=catalogue.get(instrument),
        owner=uuid7(),
        where={Seat.ADDRESSEE: Where("Europe/Paris", "FR")},
    )
