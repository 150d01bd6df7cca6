"""What the clocks of a case do when they are told what happened."""

from datetime import timedelta

import pytest

from broker.access.acting import acting
from broker.basics.actor import SYSTEM
from broker.clocks.models import Clock, Status
from broker.clocks.telling import tell
from broker.clocks.watched import Watched
from tests.clocks.conftest import NOON, watched_under

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


def test_the_receipt_of_an_order_starts_its_period(watched: Watched) -> None:
    tell(watched, "order_received", at=NOON)

    [clock] = Clock.objects.filter(subject_id=watched.id)
    assert clock.status == Status.RUNNING
    assert clock.due_at == NOON + 10 * SECOND
    assert clock.next_alert_at == NOON + 5 * SECOND
    assert clock.derivation[0]["source"]


def test_sending_an_order_starts_nothing(watched: Watched) -> None:
    tell(watched, "order_sent", at=NOON)

    assert not Clock.objects.exists()


def test_a_second_receipt_does_not_start_the_period_again(watched: Watched) -> None:
    tell(watched, "order_received", at=NOON)

    tell(watched, "order_received", at=NOON + SECOND)

    [clock] = Clock.objects.filter(subject_id=watched.id)
    assert clock.started_at == NOON


def test_a_clarification_gives_a_full_fresh_period(watched: Watched) -> None:
    tell(watched, "order_received", at=NOON)
    tell(watched, "clarification_requested", at=NOON + 4 * SECOND)

    tell(watched, "clarification_received", at=NOON + 60 * SECOND)

    old, new = Clock.objects.filter(subject_id=watched.id).order_by("started_at")
    assert old.status == Status.RESTARTED
    assert new.due_at == NOON + 70 * SECOND


def test_a_clock_that_stands_still_rings_no_alert(watched: Watched) -> None:
    tell(watched, "order_received", at=NOON)

    tell(watched, "clarification_requested", at=NOON + 4 * SECOND)

    [clock] = Clock.objects.filter(subject_id=watched.id)
    assert clock.status == Status.SUSPENDED
    assert clock.next_alert_at is None


def test_an_answer_in_time_meets_the_period(watched: Watched) -> None:
    tell(watched, "order_received", at=NOON)

    tell(watched, "order_answered", at=NOON + 3 * SECOND)

    [clock] = Clock.objects.filter(subject_id=watched.id)
    assert (clock.status, clock.stopped_at) == (Status.MET, NOON + 3 * SECOND)
    assert clock.next_alert_at is None


def test_a_withdrawn_order_makes_its_clock_void(watched: Watched) -> None:
    tell(watched, "order_received", at=NOON)

    tell(watched, "order_withdrawn", at=NOON + 3 * SECOND)

    assert Clock.objects.get(subject_id=watched.id).status == Status.VOID


def test_a_clock_without_a_number_in_the_law_has_no_due_time() -> None:
    watched = watched_under("eu-tco-removal-order")

    tell(watched, "measure_taken", at=NOON)

    clock = Clock.objects.get(subject_id=watched.id, name="feedback")
    assert clock.due_at is None
    assert clock.next_alert_at is None


@pytest.mark.django_db(transaction=True)
def test_telling_inside_an_act_that_fails_leaves_no_clock(watched: Watched) -> None:
    with pytest.raises(ZeroDivisionError):
        _tell_and_fail(watched)

    assert not Clock.objects.exists()


def _tell_and_fail(watched: Watched) -> None:
    with acting(SYSTEM):
        tell(watched, "order_received", at=NOON)
        raise ZeroDivisionError
