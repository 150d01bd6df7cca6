"""The sweep rings what is due: once each, by the schedule, and tells of lapses."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections

from broker.access.acting import acting
from broker.basics.actor import SYSTEM, Actor
from broker.basics.clock import frozen
from broker.basics.errors import NotAllowed, NotFound
from broker.clocks import lapses, sweep
from broker.clocks.acknowledging import acknowledge
from broker.clocks.models import Alert, Clock, Status
from broker.clocks.schedule import LAPSE_RUNG
from broker.clocks.signals import periods_lapsed
from broker.clocks.telling import tell
from broker.clocks.watched import Watched
from tests.clocks.conftest import NOON, watched_under

SECOND = timedelta(seconds=1)
pytestmark = pytest.mark.django_db(transaction=True)


def started(watched: Watched) -> Clock:
    with acting(SYSTEM):
        tell(watched, "order_received", at=NOON)
    return Clock.objects.get(subject_id=watched.id, name="comply")


def swept_at(seconds: int) -> None:
    """Sweep as often as there is something to ring at noon and so many seconds."""
    with frozen(NOON + seconds * SECOND):
        while sweep.sweep_once().done:
            pass


def officer_of(owner: object, *roles: str) -> Actor:
    return Actor("a", str(owner), "unit", frozenset(roles or ("officer",)), "FR-1", "portal")


def test_nothing_rings_before_its_time(watched: Watched) -> None:
    started(watched)

    with frozen(NOON + 4 * SECOND):
        swept = sweep.sweep_once()

    assert swept.done == 0
    assert swept.next_at == NOON + 5 * SECOND
    assert not Alert.objects.exists()


def test_each_rung_rings_once_and_names_its_planned_instant(watched: Watched) -> None:
    clock = started(watched)

    swept_at(6)
    swept_at(7)

    [alert] = Alert.objects.filter(clock=clock)
    assert alert.planned_at == NOON + 5 * SECOND
    assert alert.rung_at == NOON + 6 * SECOND
    assert alert.who == ["officer"]


def test_what_was_missed_while_the_house_was_down_rings_in_order(watched: Watched) -> None:
    clock = started(watched)

    swept_at(3600)

    rung = list(Alert.objects.filter(clock=clock).order_by("planned_at", "rung"))
    planned = [(alert.planned_at - NOON).total_seconds() for alert in rung]
    assert planned == [5, 10, 10, 12]
    assert [alert.lapse for alert in rung].count(True) == 1


def test_the_lapse_is_a_fact_and_the_alerts_climb(watched: Watched) -> None:
    clock = started(watched)

    swept_at(13)

    clock.refresh_from_db()
    assert clock.status == Status.LAPSED
    top = Alert.objects.filter(clock=clock).latest("planned_at")
    assert top.who == ["unit_head"]


def test_each_lapse_is_told_once(watched: Watched) -> None:
    told: list[Clock] = []
    clock = started(watched)
    swept_at(11)

    def hear(clocks: list[Clock], **_: object) -> None:
        told.extend(clocks)

    periods_lapsed.connect(hear)
    try:
        lapses.sweep_once()
        lapses.sweep_once()
    finally:
        periods_lapsed.disconnect(hear)

    assert [each.id for each in told] == [clock.id]


def test_an_acknowledged_rung_repeats_no_more_but_the_next_seat_still_hears() -> None:
    watched = watched_under("eu-tco-removal-order")
    clock = started(watched)
    swept_at(2 * 3600 + 20 * 60)
    repeated = Alert.objects.filter(clock=clock, who=["unit_head"]).order_by("planned_at")
    assert repeated.count() >= 1
    before = Alert.objects.count()

    with acting(SYSTEM):
        acknowledge([repeated[0].id], actor=officer_of(watched.owner))
    swept_at(24 * 3600)

    assert Alert.objects.count() == before


def test_a_stranger_cannot_acknowledge(watched: Watched) -> None:
    started(watched)
    swept_at(6)
    alert = Alert.objects.get()

    with pytest.raises(NotFound, match="no such alert"), acting(SYSTEM):
        acknowledge([alert.id], actor=officer_of("00000000-0000-7000-8000-000000000000"))


def test_a_seat_without_the_permission_cannot_acknowledge(watched: Watched) -> None:
    started(watched)
    swept_at(6)

    with pytest.raises(NotAllowed, match="may not"), acting(SYSTEM):
        acknowledge([Alert.objects.get().id], actor=officer_of(watched.owner, "overseer"))


def test_an_idle_round_writes_nothing(watched: Watched, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    started(watched)

    with frozen(NOON), django_assert_num_queries(1):
        sweep.sweep_once()


@pytest.mark.postgres
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="needs PostgreSQL row locks")
def test_many_sweeps_at_once_ring_each_alert_once() -> None:
    clocks = [started(watched_under("demo-ten-seconds")) for _ in range(60)]

    def run() -> None:
        try:
            swept_at(30)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=run) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert Alert.objects.count() == 4 * len(clocks)
    assert Alert.objects.filter(rung=LAPSE_RUNG).count() == len(clocks)
    assert connection.vendor == "postgresql"


@pytest.mark.parametrize("seen", [False, True])
def test_after_a_standstill_the_ladder_begins_anew(seen: bool) -> None:
    watched, hour = watched_under("eu-epoc"), 3600
    with acting(SYSTEM):
        tell(watched, "order_received", at=NOON)
    clock = Clock.objects.get(subject_id=watched.id, name="produce")
    swept_at(8 * 24 * hour)
    [first] = Alert.objects.filter(clock=clock)
    with acting(SYSTEM):
        acknowledge([first.id][:seen], actor=officer_of(watched.owner))
        tell(watched, "clarification_requested", at=NOON + 8 * 24 * hour * SECOND)
        tell(watched, "clarification_received", at=NOON + 30 * 24 * hour * SECOND)

    swept_at(60 * 24 * hour)

    rung = Alert.objects.filter(clock=clock).exclude(id=first.id).order_by("planned_at")
    assert [alert.rung for alert in rung][:2] == [0, 1]
    assert Clock.objects.get(id=clock.id).status == Status.LAPSED


def test_an_alert_of_before_the_standstill_silences_nothing_after_it() -> None:
    watched, hour = watched_under("eu-epoc"), 3600
    with acting(SYSTEM):
        tell(watched, "order_received", at=NOON)
    swept_at(8 * 24 * hour)
    first = Alert.objects.get()
    with acting(SYSTEM):
        tell(watched, "clarification_requested", at=NOON + 8 * 24 * hour * SECOND)
        tell(watched, "clarification_received", at=NOON + 30 * 24 * hour * SECOND)

    with acting(SYSTEM):
        acknowledge([first.id], actor=officer_of(watched.owner))

    clock = Clock.objects.get(subject_id=watched.id, name="produce")
    assert (clock.silenced, clock.rung) == ([], 0)
