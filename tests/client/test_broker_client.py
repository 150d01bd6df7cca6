"""The client signs what the API checks, repeats safely and tells refusals as they are."""

import httpx
import pytest

from broker.basics.errors import Conflict, Invalid, NotFound, Unauthenticated, Unavailable
from broker.client.connection import WAITS
from broker.courier.models import Dispatch
from broker.courier.post import call_back
from broker.crypto.keys import generate
from broker.parties.models import ContactPoint, Organisation
from tests.client.conftest import ABOUT, posted

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.client.doors")]
POINT = {"address": "ü <b>", "connector": "web"}


def test_the_inbox_is_walked_over_all_pages_and_changes_nothing(broker, platform):
    sent = [posted(platform, reference=f"R-{number}") for number in range(60)]

    waiting = list(broker.inbox())

    assert [one.dispatch for one in waiting] == [str(one.pk) for one in sent]
    assert waiting[0].kind == "referral.order"
    assert waiting[0].created == sent[0].created_at
    assert not Dispatch.objects.exclude(receipt_at=None).exists()


@pytest.mark.parametrize("kind", ["referral.order", "request.order", "request.notification"])
def test_what_starts_a_clock_is_not_shown_while_it_waits(broker, platform, kind):
    posted(platform, kind=kind)

    [waiting] = broker.inbox()

    assert waiting.message is None


@pytest.mark.parametrize("kind", ["referral.feedback", "clock.alert", "request.withdrawn"])
def test_what_starts_none_may_be_read_while_it_waits(broker, platform, kind):
    posted(platform, kind=kind)

    [waiting] = broker.inbox()

    assert waiting.message.content == {"order": {"n": 1}}


def test_taking_in_proves_the_receipt_once_and_brings_the_message_each_time(broker, platform):
    dispatch = posted(platform)

    first = broker.take_in([str(dispatch.pk)])
    dispatch.refresh_from_db()
    proven_at = dispatch.receipt_at
    again = broker.take_in([str(dispatch.pk)])

    dispatch.refresh_from_db()
    assert [message.content for message in first] == [{"order": {"n": 1}}]
    assert first == again
    assert dispatch.receipt_at == proven_at is not None
    assert list(broker.inbox()) == []


def test_a_message_taken_in_with_others_comes_again_though_proven_before(broker, platform):
    old, new = posted(platform, reference="R-1"), posted(platform, reference="R-2")
    broker.take_in([str(old.pk)])

    messages = broker.take_in([str(old.pk), str(new.pk)])

    assert [message.reference for message in messages] == ["R-1", "R-2"]


def test_many_are_taken_in_a_few_at_a_time(broker, platform):
    sent = [str(posted(platform, reference=f"R-{number}").pk) for number in range(45)]

    messages = broker.take_in(sent)

    assert sorted(message.dispatch for message in messages) == sorted(sent)
    assert not Dispatch.objects.filter(receipt_at=None).exists()


def test_an_order_called_back_before_it_was_taken_in_stays_unread(broker, platform):
    dispatch = posted(platform)
    call_back(ABOUT)

    assert broker.take_in([str(dispatch.pk)]) == []

    dispatch.refresh_from_db()
    assert dispatch.receipt_at is None


def test_a_message_of_another_party_is_not_there(broker, platform):
    other = posted(Organisation.objects.create(slug="other", name="Other", kind="platform"))

    with pytest.raises(NotFound, match="not in your inbox"):
        broker.take_in([str(other.pk)])


def test_a_key_with_query_and_accents_is_signed_as_it_is_sent(broker, platform):
    assert broker.get("/whoami", {"q": "é & ü/?"})["organisation"] == str(platform.id)


def test_an_act_repeated_with_its_key_is_one_act(broker):
    first = broker.post("/points", POINT, idempotency_key="one")
    again = broker.post("/points", POINT, idempotency_key="one")

    assert first.members == again.members
    assert first.members["address"] == "ü <b>"
    assert ContactPoint.objects.count() == 1


def test_a_refusal_arrives_as_the_kind_that_it_is(broker):
    broker.post("/points", POINT, idempotency_key="one")

    with pytest.raises(Conflict, match="different request"):
        broker.post("/points", POINT | {"address": "b"}, idempotency_key="one")
    with pytest.raises(Invalid) as refused:
        broker.post("/points", {"address": ""})
    with pytest.raises(NotFound, match="nothing at this address"):
        broker.get("/nowhere")

    assert set(refused.value.fields) == {"address", "connector"}


def test_a_key_that_is_not_registered_is_told_so(broker, pauses):
    broker._key = generate("p256")
    broker._keyid = "0" * 64

    with pytest.raises(Unauthenticated, match="not known"):
        broker.get("/whoami")

    assert pauses == []


@pytest.mark.parametrize("failing", [httpx.ConnectError("no"), 503, 500, 429])
def test_a_broken_line_is_tried_again_with_the_same_key_and_a_new_signature(
    client_of, pauses, failing
):
    came = []

    def answer(request: httpx.Request) -> httpx.Response:
        came.append(request)
        if len(came) < 3:
            if isinstance(failing, Exception):
                raise failing
            return httpx.Response(failing, headers={"retry-after": "3"})
        return httpx.Response(201, json={"done": True})

    client = client_of(httpx.MockTransport(answer))

    assert client.post("/points", POINT).members == {"done": True}
    assert len({request.headers["idempotency-key"] for request in came}) == 1
    assert len({request.headers["signature-input"] for request in came}) == 3
    assert pauses == ([0.2, 0.5] if isinstance(failing, Exception) else [3.0, 3.0])


def test_a_broker_that_stays_away_is_unavailable(client_of, pauses):
    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody there")

    with pytest.raises(Unavailable, match="cannot be reached"):
        client_of(httpx.MockTransport(refuse)).get("/whoami")

    assert pauses == list(WAITS)


def test_an_answer_that_explains_nothing_is_still_a_refusal(client_of):
    client = client_of(httpx.MockTransport(lambda _: httpx.Response(418, text="<html>")))

    with pytest.raises(Exception, match="answered 418 without saying why"):
        client.get("/whoami")


def test_a_redirect_is_not_followed(client_of):
    away = httpx.Response(307, headers={"location": "https://elsewhere.example/"})

    with pytest.raises(Exception, match="answered 307"):
        client_of(httpx.MockTransport(lambda _: away)).get("/whoami")
