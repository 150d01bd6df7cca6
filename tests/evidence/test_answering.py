"""The platform preserves, asks back or does not produce; grounds are the instrument's."""

import pytest

from broker.access.acting import acting
from broker.basics.errors import Invalid, NotAllowed, WrongState
from broker.clocks.models import Clock, Status
from broker.courier.models import Dispatch
from evidence import queries
from evidence.actions import answering
from evidence.flow import State
from evidence.models import Message
from tests.evidence.world import content_request, deposited, received

pytestmark = pytest.mark.django_db


def produce(request):
    return Clock.objects.get(subject_id=request.id, name="produce")


def test_the_platform_preserves(world):
    request = received(world)

    with acting(world.agent) as actor:
        case = answering.preserve(request, text="Held.", actor=actor).case

    assert case.state == State.PRESERVING
    assert case.preserved_at is not None
    assert Dispatch.objects.filter(kind="request.preserving").count() == 1


def test_asking_back_makes_the_period_stand_still_until_the_answer(world):
    request = received(world)

    with acting(world.agent) as actor:
        facts = {"grounds": ["incomplete"], "text": "Which account?"}
        asked = answering.ask_back(request, **facts, actor=actor).case
    stood = produce(request).status
    with acting(world.prosecutor) as actor:
        case = answering.clarify(asked, text="The first one.", actor=actor).case

    assert stood == Status.SUSPENDED
    assert case.state == State.PRESERVING
    assert produce(request).status == Status.RUNNING
    assert [each.text for each in queries.messages(world.agent, case)] == [
        "Which account?",
        "The first one.",
    ]


def test_what_the_sides_say_is_sealed(world):
    request = received(world)

    with acting(world.agent) as actor:
        answering.preserve(request, text="Ogre under the bridge", actor=actor)

    [message] = Message.objects.all()
    assert b"Ogre" not in bytes(message.text_sealed)
    assert message.text == "Ogre under the bridge"


def test_a_refusal_names_outcome_and_ground_and_both_authorities_are_told(world):
    request = content_request(world)

    with acting(world.agent) as actor:
        facts = {"outcome": "no_data", "grounds": ["not_stored"], "text": "Deleted in May."}
        case = answering.refuse(request, **facts, actor=actor).case

    assert case.state == State.REFUSED
    assert produce(request).status == Status.MET
    told = Dispatch.objects.filter(kind="request.refused")
    assert {each.organisation for each in told} == {world.prosecution, world.authority}


@pytest.mark.parametrize(
    ("outcome", "grounds", "field"),
    [
        ("produced", [], "outcome"),
        ("removed", [], "outcome"),
        ("refused", [], "grounds"),
        ("refused", ["incomplete"], "grounds"),
        ("refused", ["ne_bis_in_idem"], "grounds"),
    ],
)
def test_an_outcome_or_ground_that_the_law_does_not_know_is_refused(world, outcome, grounds, field):
    request = received(world)

    with acting(world.agent) as actor, pytest.raises(Invalid) as refusal:
        answering.refuse(request, outcome=outcome, grounds=grounds, text="No.", actor=actor)

    assert list(refusal.value.fields) == [field]


@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_empty_reason_is_refused(world, text):
    request = received(world)

    with acting(world.agent) as actor, pytest.raises(Invalid, match="The message is empty"):
        answering.ask_back(request, grounds=["incomplete"], text=text, actor=actor)


def test_what_was_produced_early_is_not_refused_afterwards(world, tmp_path):
    request = content_request(world)
    deposited(world, request, tmp_path)

    facts = {"outcome": "refused", "grounds": ["other"], "text": "No."}
    with acting(world.agent) as actor, pytest.raises(WrongState, match="produced already"):
        answering.refuse(request, **facts, actor=actor)


@pytest.mark.parametrize("seat", ["prosecutor", "judge", "officer", "watcher"])
def test_only_the_platform_answers_for_itself(world, seat):
    request = received(world)

    with acting(getattr(world, seat)) as actor, pytest.raises(NotAllowed):
        answering.preserve(request, actor=actor)


def test_a_refused_request_is_closed(world):
    request = received(world)
    with acting(world.agent) as actor:
        facts = {"outcome": "refused", "grounds": ["other"], "text": "No."}
        request = answering.refuse(request, **facts, actor=actor).case

    with acting(world.prosecutor) as actor:
        case = answering.close(request, actor=actor).case

    assert case.state == State.CLOSED
    assert not Clock.objects.filter(subject_id=case.id, stopped_at=None).exists()
