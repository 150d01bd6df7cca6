"""While the enforcing authority may decide, nothing tells the issuing side of a package."""

from datetime import timedelta

import pytest

from broker.access.acting import acting
from broker.basics.clock import now
from broker.basics.errors import NotFound
from broker.clocks.models import Clock, Status
from broker.clocks.sweep import LAPSE_RUNG, sweep_once
from evidence import queries
from evidence.actions import releasing, reviewing, sending
from evidence.flow import State
from tests.evidence.world import Sender, content_request, deposited

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_(world):
    return content_request(world)


def routes(request, package=None):
    yield "/api/v1/requests"
    yield f"/api/v1/requests/{request.reference}"
    yield "/api/v1/inbox"
    if package:
        yield f"/api/v1/packages/{package.id}"
        yield f"/api/v1/packages/{package.id}/content"


def test_every_answer_to_the_issuing_side_stays_the_same_byte_for_byte(world, request_, tmp_path):
    office = Sender(world.prosecution)
    before = {path: office.get(path).content for path in routes(request_)}

    deposited(world, request_, tmp_path)

    assert {path: office.get(path).content for path in routes(request_)} == before


def test_a_withheld_package_is_no_package_to_the_issuing_side(world, request_, tmp_path):
    office, stranger = Sender(world.prosecution), Sender(world.unit)

    package = deposited(world, request_, tmp_path)

    for path in (f"/api/v1/packages/{package.id}", f"/api/v1/packages/{package.id}/content"):
        assert office.get(path).status_code == 404
        assert office.get(path).json()["what"] == "There is no such package."
        assert stranger.get(path).json() == office.get(path).json()
    for verb in ("retrieval", "receipts"):
        body = {} if verb == "retrieval" else _receipt()
        answer = office.post(f"/api/v1/packages/{package.id}/{verb}", body)
        assert answer.status_code == 404


def _receipt():
    return {
        "kind": "retrieved",
        "at": "2026-11-24T12:00:00Z",
        "key_sha256": "0" * 64,
        "signature": "AA==",
    }


@pytest.mark.parametrize("seat", ["prosecutor", "judge"])
def test_queries_hide_state_clock_and_package(world, request_, tmp_path, seat):
    actor = getattr(world, seat)
    before = _seen(actor, request_)

    deposited(world, request_, tmp_path)

    request_.refresh_from_db()
    assert _seen(actor, request_) == before
    assert queries.packages(actor, request_) == []
    assert request_.state == State.RECEIVED


def _seen(actor, request):
    clocks = [(each.name, each.status, each.due_at) for each in queries.clocks(actor, request)]
    queue = [(each.reference, each.state, each.due_at) for each in queries.queue(actor)]
    return queries.seen_state(actor, request), clocks, queue


def test_the_timeline_shows_withheld_events_as_withheld_and_leaves_no_gap(
    world, request_, tmp_path
):
    deposited(world, request_, tmp_path)

    events = queries.timeline(world.prosecutor, request_)

    hidden = [event for event in events if event.verb == "withheld"]
    assert len(hidden) == 2
    assert all(event.body is None for event in hidden)
    assert all(event.header and "package" not in str(event.header) for event in hidden)
    assert not {"request.deposit", "package.linked"} & {event.verb for event in events}
    assert [event.seq for event in events if event.seq] == list(range(1, events[-1].seq + 1))


def test_platform_and_overseer_know_that_it_is_here(world, request_, tmp_path):
    package = deposited(world, request_, tmp_path)

    request_.refresh_from_db()
    for actor in (world.agent, world.watcher):
        assert queries.seen_state(actor, request_) == State.PACKAGE_RECEIVED
        assert queries.packages(actor, request_) == [package]


def test_clearing_releases_it_to_the_office(world, request_, tmp_path):
    package = deposited(world, request_, tmp_path)

    with acting(world.reviewer) as actor:
        case = reviewing.clear(request_, actor=actor).case

    assert case.state == State.RELEASED
    assert queries.package(world.prosecutor, package.id).released_at is not None
    verbs = {event.verb for event in queries.timeline(world.prosecutor, request_)}
    assert {"request.deposit", "package.linked", "request.release"} <= verbs


def test_an_objection_withholds_it_for_good(world, request_, tmp_path):
    package = deposited(world, request_, tmp_path)
    objection = reviewing.Objection(["ne_bis_in_idem"], "Judged in 2024.")

    with acting(world.reviewer) as actor:
        case = reviewing.object_(request_, objection, actor=actor).case

    assert case.state == State.REFUSED
    assert releasing.release_if_any(case, at=case.decided_at) is None
    with pytest.raises(NotFound, match="There is no such package"):
        queries.package(world.prosecutor, package.id)


def object_to(world, case):
    objection = reviewing.Objection(["ne_bis_in_idem"], "Judged in 2024.")
    with acting(world.reviewer) as actor:
        reviewing.object_(case, objection, actor=actor)


def withdraw(world, case):
    with acting(world.prosecutor) as actor:
        sending.withdraw(case, reason="Settled.", actor=actor)


def let_lapse(world, case):
    """Let the period to produce pass while the authority's window is still open."""
    ago = now() - timedelta(seconds=1)
    Clock.objects.filter(name="ea_review").update(next_alert_at=None)
    Clock.objects.filter(name="produce").update(lapses_at=ago)
    running = Clock.objects.filter(name="produce", status=Status.RUNNING)
    running.update(next_alert_at=ago, rung=LAPSE_RUNG, repetition=0)
    sweep_once()


ENDS = {
    object_to: (Status.MET, False),
    withdraw: (Status.VOID, False),
    let_lapse: (Status.LAPSED, True),
}


@pytest.mark.parametrize("end", ENDS)
def test_a_clock_ends_as_if_no_package_had_come(world, request_, tmp_path, end):
    without = content_request(world)
    deposited(world, request_, tmp_path)

    for case in (request_, without):
        end(world, case)

    seen = []
    for case in (request_, without):
        case.refresh_from_db()
        clocks = queries.clocks(world.prosecutor, case)
        seen.append({each.name: (each.status, each.stopped_at is None) for each in clocks})
    assert seen[0] == seen[1]
    assert seen[1]["produce"] == ENDS[end]


def test_a_package_that_comes_after_the_clearance_is_released_at_once(world, request_, tmp_path):
    with acting(world.reviewer) as actor:
        reviewing.clear(request_, actor=actor)
    request_.refresh_from_db()

    package = deposited(world, request_, tmp_path)

    request_.refresh_from_db()
    assert request_.state == State.RELEASED
    assert queries.package(world.prosecutor, package.id) == package
