"""Orders and notifications that wait: reading shows nothing, taking in shows all, once."""

import pytest
from django.test import Client
from django.urls import reverse

from broker.access.acting import acting
from broker.clocks.models import Clock
from broker.parties.models import Organisation
from evidence.actions import sending
from evidence.api.shapes import ShownRequest
from evidence.flow import State
from evidence.models import Request
from tests import factories
from tests.evidence import world as worlds
from tests.evidence.world import Sender, World, notified, sent

pytestmark = pytest.mark.django_db(transaction=True)

HEAD = {"reference", "state", "instrument", "platform", "issuer", "sent"}


def signed_in(seat: Organisation, role: str) -> Client:
    client = Client()
    client.force_login(factories.officer(seat, role))
    return client


def address(name: str, case: Request) -> str:
    return reverse(f"evidence:{name}", args=[case.reference])


def text_of(response) -> str:
    return response.content.decode()


@pytest.fixture
def agent(world: World) -> Client:
    return signed_in(world.platform, "platform_agent")


@pytest.fixture
def reviewer(world: World) -> Client:
    return signed_in(world.authority, "enforcing_authority")


def test_reading_an_order_by_api_proves_nothing_and_shows_nothing(world):
    case, platform = sent(world), Sender(world.platform)

    [waiting] = platform.get("/api/v1/inbox").json()["results"]
    shown = platform.get(f"/api/v1/requests/{case.reference}").json()

    case.refresh_from_db()
    assert (waiting["kind"], waiting["message"]) == ("request.order", None)
    assert {name for name, value in shown.items() if value} == HEAD
    assert ShownRequest(data=shown).is_valid()
    assert case.state == State.SENT
    assert not Clock.objects.filter(subject_id=case.id, name="produce").exists()


def test_taking_an_order_in_by_api_shows_all_and_starts_the_clock_once(world):
    case, platform = sent(world), Sender(world.platform)
    [waiting] = platform.get("/api/v1/inbox").json()["results"]

    answers = [
        platform.post("/api/v1/inbox", {"dispatches": [waiting["dispatch"]]}).json()
        for _ in range(2)
    ]

    shown = platform.get(f"/api/v1/requests/{case.reference}").json()
    content = answers[0]["messages"][0]["content"]
    assert content["order"] == shown["order"]["order"]
    assert answers[1]["messages"] == answers[0]["messages"]
    assert [len(answer["proven"]) for answer in answers] == [1, 0]
    assert Clock.objects.filter(subject_id=case.id, name="produce").count() == 1


def test_a_notification_is_shown_to_the_authority_when_it_is_taken_in(world):
    case, authority = notified(world), Sender(world.authority)

    [waiting] = authority.get("/api/v1/inbox").json()["results"]
    before = authority.get(f"/api/v1/requests/{case.reference}").json()
    taken = authority.post("/api/v1/inbox", {"dispatches": [waiting["dispatch"]]}).json()
    after = authority.get(f"/api/v1/requests/{case.reference}").json()

    case.refresh_from_db()
    assert (waiting["kind"], waiting["message"]) == ("request.notification", None)
    assert {name for name, value in before.items() if value} == HEAD
    assert taken["messages"][0]["content"]["form"] == after["form"]
    assert case.notified_at is not None


def test_an_order_that_waits_shows_its_sender_its_law_and_one_button(world, agent):
    case = sent(world)

    text = text_of(agent.get(address("case", case)))

    case.refresh_from_db()
    assert (case.state, case.received_at) == (State.SENT, None)
    assert case.issuer.name in text
    assert case.instrument.legal_basis.en in text
    assert "Nothing of its content is shown before it is taken in." in text
    assert text.count("Take in and open") == 1
    assert "The certificate" not in text
    assert "What happened" not in text


def test_taking_in_opens_the_case_and_starts_the_clock_once(world, agent):
    case = sent(world)

    opened = text_of(agent.post(address("take_in", case), follow=True))
    again = agent.post(address("take_in", case))

    assert "Taken in: its receipt is proven." in opened
    assert "The certificate" in opened
    assert again.status_code == 409
    assert Clock.objects.filter(subject_id=case.id, name="produce").count() == 1


@pytest.mark.parametrize("name", ["deliver", "preserve", "ask_back", "refuse", "retrieval"])
def test_pages_of_an_order_that_waits_lead_to_where_it_is_taken_in(world, agent, name):
    case = sent(world)

    response = agent.get(address(name, case))

    assert (response.status_code, response["Location"]) == (302, address("case", case))


def test_the_authority_decides_only_on_what_it_has_taken_in(world, reviewer):
    case = notified(world)

    before = reviewer.get(address("scrutinise", case))
    reviewer.post(address("take_notice_in", case))
    after = reviewer.get(address("scrutinise", case))

    assert (before.status_code, before["Location"]) == (302, address("case", case))
    assert "Scrutinise and decide" in text_of(after)


def test_what_was_withdrawn_before_it_was_taken_in_stays_closed(world, agent):
    case = sent(world)
    with acting(world.prosecutor) as actor:
        sending.withdraw(case, reason="Wrong account.", actor=actor)

    text = text_of(agent.get(address("case", case)))
    shown = Sender(world.platform).get(f"/api/v1/requests/{case.reference}").json()

    assert "withdrawn or ended before you took it in" in text
    assert "Take in and open" not in text
    assert (shown["state"], shown["order"], shown["form"]) == (State.WITHDRAWN, None, {})


@pytest.mark.parametrize("side", ["agent", "reviewer"])
def test_no_receiver_opens_the_form_of_the_draft(world, side, request):
    case = worlds.content_request(world, case_summary="Ogre under the bridge")

    response = request.getfixturevalue(side).get(address("edit", case))

    assert response.status_code == 409
    assert "Ogre" not in text_of(response)


def test_the_page_of_delivery_names_the_message_to_fetch_again(world, agent):
    case = worlds.received(world)

    text = text_of(agent.get(address("deliver", case)))

    assert f"inbox --again {sending.order_dispatch(case)}" in text
    assert f"seal messages/{sending.order_dispatch(case)}.json" in text
