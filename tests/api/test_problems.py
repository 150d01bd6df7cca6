"""Every refusal is a problem document that says what, why and what to do; and a log line."""

import json

import pytest
from django.db import OperationalError
from django.test import Client

from broker.api.problems import STATUS, as_refusal, document
from broker.basics import errors
from broker.basics.clock import now
from broker.basics.errors import Refusal
from broker.crypto.http_signature import sign_request
from broker.parties.models import ContactPoint
from tests.api.conftest import HOST, send, sender_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.api.doors")]


def test_every_kind_of_refusal_has_its_status():
    kinds = {
        kind.kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, Refusal) and kind is not Refusal
    }

    assert kinds == set(STATUS)


def test_a_problem_carries_all_members():
    problem = document(errors.WrongState("Cannot send.", why="It is closed.", remedy="Reopen it."))

    assert problem["type"].endswith("/api/v1/problems/wrong-state")
    assert (problem["title"], problem["status"]) == ("Cannot send.", 409)
    assert problem["detail"] == "It is closed. Reopen it."


def test_the_type_of_a_problem_leads_to_its_meaning():
    answer = Client().get("/api/v1/problems/wrong-state")

    assert answer.json() == {
        "kind": "wrong-state",
        "status": 409,
        "meaning": "The case is not in a state from which this step leads.",
    }


def test_an_address_without_anything_is_a_problem_and_no_page():
    for method in ("get", "post", "put", "delete"):
        answer = getattr(Client(), method)("/api/v1/nothing/here")

        assert answer.status_code == 404
        assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"address":"a","address":"b"}', "names the member"),
        (b'{"address":', "not JSON"),
        (b"[1]", "not a JSON object"),
        (b'"text"', "not a JSON object"),
        (b'{"address":"\\ud800"}', "surrogate"),
        (b'{"address":"\xff"}', "not UTF-8"),
        (b'{"address":"a\\u0000b"}', "U+0000"),
        (b'{"a":NaN}', "without a finite value"),
        (b"{" * 10, "not JSON"),
        (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested deeper"),
    ],
)
def test_a_body_with_two_meanings_or_none_is_refused(unit, body, words, caplog):
    answer = unit.post("/api/v1/points", body)

    assert answer.status_code == 400
    assert words in answer.json()["what"]
    assert not ContactPoint.objects.exists()
    [line] = [record for record in caplog.records if record.msg == "api_refused"]
    assert (line.kind, line.status, line.route) == ("invalid", 400, "api/v1/points")


def test_a_backslash_before_an_escape_is_no_nul(unit):
    answer = unit.post("/api/v1/points", b'{"address":"\\\\u0000","connector":"web"}')

    assert answer.status_code == 201
    assert answer.json()["address"] == "\\u0000"


def test_a_body_that_is_too_large_is_refused(unit):
    answer = unit.post("/api/v1/points", {"address": "a" * (4 * 1024 * 1024)})
    larger = unit.post("/api/v1/points", {"address": "a" * (6 * 1024 * 1024)})

    assert (answer.status_code, larger.status_code) == (413, 413)
    assert larger.json()["kind"] == "too-large"


def test_another_media_type_is_refused(unit):
    body = b"address=here"
    headers = sign_request(
        method="POST",
        url=f"{HOST}/api/v1/points",
        headers={"idempotency-key": "k", "content-type": "application/x-www-form-urlencoded"},
        body=body,
        key=unit.key,
        keyid=unit.party_key.sha256,
        at=now(),
    )

    answer = send("POST", "/api/v1/points", headers, body)

    assert answer.status_code == 415
    assert answer.json()["kind"] == "unsupported-media-type"


def test_nothing_is_echoed_that_could_open_a_tag(unit):
    nasty = "<script>alert(1)</script>&"
    answer = unit.post("/api/v1/points", {"address": nasty, "connector": nasty})
    stored = unit.post("/api/v1/points", {"address": nasty, "connector": "web"})

    assert b"<" not in answer.content + stored.content
    assert b"&" not in stored.content
    assert stored.json()["address"] == nasty


def test_a_naughty_string_is_taken_as_it_is_or_refused_clearly(db, shared_data):
    unit = sender_of("unit")
    naughty = json.loads((shared_data / "hostile" / "blns" / "blns.json").read_text())

    for text in naughty:
        answer = unit.post("/api/v1/points", {"address": text[:50], "connector": "web"})
        assert answer.status_code in {201, 400}, text
        if answer.status_code == 201:
            assert answer.json()["address"] == text[:50].strip()


def test_a_fault_of_the_house_says_nothing_of_its_inside(unit, caplog):
    headers = unit.signed("GET", "/api/v1/whoami?fail=1")
    client = Client(raise_request_exception=False)

    answer = client.get("/api/v1/whoami?fail=1", headers=headers)

    assert answer.status_code == 500
    assert answer.json()["kind"] == "internal"
    assert b"secret" not in answer.content
    assert "a fault with a secret" in caplog.text


def test_a_database_that_does_not_answer_is_worth_another_try():
    refusal = as_refusal(OperationalError("database is locked"))

    assert refusal.kind == "unavailable"
    assert "same idempotency key" in refusal.remedy
