"""The authority that was notified clears, refuses or lets its window pass."""

import pytest

from broker.access.acting import acting
from broker.basics.actor import SYSTEM
from broker.basics.clock import frozen, now
from broker.basics.errors import Invalid, NotAllowed, WrongState
from broker.clocks import lapses, sweep
from broker.clocks.models import Clock, Status
from broker.courier.models import Dispatch
from broker.ledger.reading import events_of
from evidence import queries
from evidence.actions import reviewing
from evidence.actions.reviewing import Objection
from evidence.flow import State
from evidence.models import Request, ReviewOutcome
from tests.evidence.world import content_request, deposited

pytestmark = pytest.mark.django_db

LIFE = {"deadline_kind": ["imminent_threat_to_life"], "emergency_reason": "A child is missing."}


def clock(request, name):
    return Clock.objects.get(subject_id=request.id, name=name)


def let_lapse(request, name):
    """Sweep just after the end of the clock, as the Pulse does."""
    end = clock(request, name).lapses_at
    with frozen(end):
        while sweep.sweep_once().done:
            pass
        lapses.sweep_once()
    request.refresh_from_db()
    return end


def test_the_window_begins_when_the_authority_has_the_notification(world):
    request = content_request(world)

    review = clock(request, "ea_review")
    assert review.started_at == request.notified_at
    assert (review.zone, review.place) == ("Europe/Dublin", "IE")
    assert not Clock.objects.filter(subject_id=request.id, name="ea_review_emergency").exists()


def test_silence_is_a_lapse_and_never_an_approval(world, tmp_path):
    request = content_request(world)
    package = deposited(world, request, tmp_path)

    end = let_lapse(request, "ea_review")

    assert request.state == State.RELEASED
    assert request.decision == ReviewOutcome.LAPSED
    assert queries.package(world.prosecutor, package.id).released_at == end
    written = [event for event in events_of(request.stream) if event.verb == "request.note_silence"]
    assert written[0].body["new"]["review"] == "lapsed"
    assert "approved" not in str([event.body for event in events_of(request.stream)])


def test_a_platform_that_waits_for_the_window_is_not_overdue_with_its_package_here(world, tmp_path):
    request = content_request(world)
    deposited(world, request, tmp_path)

    let_lapse(request, "produce")

    assert clock(request, "produce").status == Status.MET
    assert request.lapsed_at is None


def test_after_silence_a_package_is_released_as_it_comes(world, tmp_path):
    request = content_request(world)
    let_lapse(request, "ea_review")

    deposited(world, request, tmp_path)

    assert Request.objects.get(id=request.id).state == State.RELEASED


def test_a_period_that_lapses_without_a_package_is_a_fact_of_the_case(world):
    request = content_request(world)

    end = let_lapse(request, "produce")

    assert request.lapsed_at == end
    assert request.state == State.RECEIVED


def test_in_an_emergency_nothing_waits_and_two_clocks_run_beside_each_other(world, tmp_path):
    request = content_request(world, **LIFE)

    package = deposited(world, request, tmp_path)

    request.refresh_from_db()
    assert request.emergency
    assert request.state == State.RELEASED
    assert queries.package(world.prosecutor, package.id) == package
    assert clock(request, "produce_emergency").status == Status.MET
    assert clock(request, "ea_review_emergency").status == Status.RUNNING


def test_an_objection_in_an_emergency_takes_the_package_away_again(world, tmp_path):
    request = content_request(world, **LIFE)
    deposited(world, request, tmp_path)
    request.refresh_from_db()

    with acting(world.reviewer) as actor:
        objection = Objection(["fundamental_rights"], "A manifest breach.")
        case = reviewing.object_(request, objection, actor=actor).case

    assert case.state == State.REFUSED
    assert queries.packages(world.prosecutor, case) == []


def test_both_sides_are_told_of_the_decision(world):
    request = content_request(world)

    with acting(world.reviewer) as actor:
        reviewing.clear(request, actor=actor)

    told = Dispatch.objects.filter(subject_id=str(request.id), kind="request.decided")
    assert {each.organisation for each in told} == {world.platform, world.prosecution}


def test_an_authority_decides_once(world):
    request = content_request(world)
    with acting(world.reviewer) as actor:
        reviewing.clear(request, actor=actor)

    with acting(world.reviewer) as actor, pytest.raises(WrongState, match="no longer decide"):
        reviewing.object_(request, Objection(["ne_bis_in_idem"], "Late."), actor=actor)


@pytest.mark.parametrize(
    "objection",
    [Objection([], "Why"), Objection(["late"], "Why"), Objection(["ne_bis_in_idem"], " ")],
)
def test_an_objection_names_a_ground_of_the_law_and_reasons(world, objection):
    request = content_request(world)

    with acting(world.reviewer) as actor, pytest.raises(Invalid, match="names no ground"):
        reviewing.object_(request, objection, actor=actor)


@pytest.mark.parametrize("seat", ["prosecutor", "judge", "agent", "watcher"])
def test_nobody_else_decides_for_the_authority(world, seat):
    request = content_request(world)

    with acting(getattr(world, seat)) as actor, pytest.raises(NotAllowed):
        reviewing.clear(request, actor=actor)


def test_a_decision_taken_while_the_window_lapses_stands(world):
    request = content_request(world)
    read_before = Request.objects.get(id=request.id)
    with acting(world.reviewer) as actor:
        reviewing.clear(request, actor=actor)

    with acting(SYSTEM):
        noted = reviewing.note_silence([read_before], ends={request.id: now()})

    request.refresh_from_db()
    assert noted == 0
    assert request.decision == ReviewOutcome.CLEARED
