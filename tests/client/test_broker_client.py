"""The client signs what the API checks, repeats safely and tells refusals as they are."""

import httpx
import pytest

from broker.basics.errors import Conflict, Invalid, NotFound, Unauthenticated, Unavailable
from broker.client.connection import WAITS
from broker.courier.models import Dispatch
from broker.crypto.keys import generate
from broker.parties.models import ContactPoint
from tests.client.conftest import posted

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.client.doors")]
POINT = {"address": "ü <b>", "connector": "web"}


def test_the_inbox_is_walked_over_all_pages_and_changes_nothing(broker, platform):
    sent = [posted(platform, reference=f"R-{number}") for number in range(60)]

    messages = list(broker.inbox())

    assert [message.dispatch for message in messages] == [str(one.pk) for one in sent]
    assert messages[0].content == {"order": {"n": 1}}
    assert not Dispatch.objects.exclude(receipt_at=None).exists()


def test_acknowledging_proves_the_receipt_once(broker, platform):
    dispatch = posted(platform)

    first = broker.acknowledge([str(dispatch.pk)])
    again = broker.acknowledge([str(dispatch.pk)])

    dispatch.refresh_from_db()
    assert first.members == again.members
    assert dispatch.receipt_at is not None
    assert list(broker.inbox()) == []


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
