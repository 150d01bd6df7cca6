"""A request is let in by its signature alone, and says so plainly when it is not."""

from datetime import timedelta

import pytest
from django.test import Client

from broker.api.callers import _known
from broker.basics.clock import frozen, now
from broker.basics.ids import uuid7
from broker.parties.models import ContactPoint, PartyKey
from tests.api.conftest import register, send, sender_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.api.doors")]
POINT = {"address": "here", "connector": "inbox"}


@pytest.fixture(autouse=True)
def _nobody_known():
    _known.clear()


def test_a_signed_request_acts_for_its_organisation(unit):
    answer = unit.get("/api/v1/whoami?q=a%20b")

    assert answer.status_code == 200
    assert answer.json()["organisation"] == str(unit.organisation.id)


def test_an_unsigned_request_is_told_to_sign(unit):
    answer = send("GET", "/api/v1/whoami", {})

    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"].startswith("Signature")
    assert answer.json()["what"] == "The request is not signed."
    assert answer.json()["remedy"]


def test_a_key_that_is_not_registered_opens_nothing(unit):
    PartyKey.objects.all().delete()

    answer = unit.get("/api/v1/whoami")

    assert answer.status_code == 401
    assert answer.json()["what"] == "The key that signed this request is not known."


def test_a_revoked_key_is_refused_within_seconds(unit, monkeypatch):
    assert unit.get("/api/v1/whoami").status_code == 200
    PartyKey.objects.update(revoked={"reason": "stolen"})
    monkeypatch.setattr("broker.api.callers.time.monotonic", lambda: float("inf"))

    assert unit.get("/api/v1/whoami").status_code == 401


def test_a_frozen_organisation_is_refused(unit):
    assert unit.get("/api/v1/whoami").status_code == 200
    unit.organisation.frozen_at = now()
    unit.organisation.save()

    assert unit.get("/api/v1/whoami").status_code == 401


def test_the_look_up_of_a_key_is_kept_for_some_seconds(unit, django_assert_num_queries):
    unit.get("/api/v1/whoami")
    looked_up = len(_known)

    with django_assert_num_queries(0):
        from broker.api.callers import caller_named

        caller_named(unit.party_key.sha256)

    assert looked_up == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/v1/whoami?q=other"), ("GET", "/api/v1/points"), ("HEAD", "/api/v1/whoami")],
)
def test_a_signature_holds_for_its_own_request_only(unit, method, path):
    headers = unit.signed("GET", "/api/v1/whoami")

    assert send(method, path, headers).status_code == 401


def test_a_signature_for_another_host_is_refused(unit):
    headers = unit.signed("GET", "/api/v1/whoami")

    answer = send("GET", "/api/v1/whoami", headers | {"host": "localhost"})

    assert answer.status_code == 401


def test_a_host_that_is_not_the_brokers_is_refused(unit):
    answer = send("GET", "/api/v1/whoami", unit.signed("GET", "/api/v1/whoami") | {"host": "evil"})

    assert answer.status_code == 400


def test_a_signature_ends_with_its_window(unit):
    headers = unit.signed("GET", "/api/v1/whoami", at=now() - timedelta(seconds=301))

    answer = send("GET", "/api/v1/whoami", headers)

    assert answer.json()["what"] == "The signature has expired."


def test_a_signed_body_cannot_be_exchanged(unit):
    headers = unit.signed("POST", "/api/v1/points", body=b"{}", idempotency_key="k")

    answer = send("POST", "/api/v1/points", headers, b'{"address":"there"}')

    assert answer.status_code == 400
    assert answer.json()["kind"] == "digest-mismatch"
    assert not ContactPoint.objects.exists()


def test_an_unsafe_request_without_body_is_refused(unit):
    answer = send("POST", "/api/v1/points", unit.signed("POST", "/api/v1/points"))

    assert answer.status_code == 400
    assert "idempotency key" in answer.json()["what"]


def test_a_safe_request_may_be_repeated_within_its_window(unit):
    with frozen(now()):
        headers = unit.signed("GET", "/api/v1/whoami")
        answers = [send("GET", "/api/v1/whoami", headers).status_code for _ in range(2)]

    assert answers == [200, 200]


def test_a_key_of_another_use_signs_no_request(unit):
    PartyKey.objects.update(use="seal")

    assert unit.get("/api/v1/whoami").status_code == 401


def test_the_key_names_the_organisation_not_the_sender(db):
    first, second = sender_of("first"), sender_of("second")
    headers = first.signed("GET", "/api/v1/whoami")
    forged = headers["signature-input"].replace(first.party_key.sha256, second.party_key.sha256)

    answer = send("GET", "/api/v1/whoami", headers | {"signature-input": forged})

    assert answer.status_code == 401


def test_a_second_key_of_the_organisation_works_beside_the_first(unit):
    from broker.crypto.keys import generate

    unit.key = generate("ed25519")
    register(unit.organisation, unit.key)

    assert unit.get("/api/v1/whoami").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_reading_writes_nothing():
    unit = sender_of("unit")
    headers = unit.signed("GET", "/api/v1/whoami?write=1")

    answer = Client(raise_request_exception=False).get("/api/v1/whoami?write=1", headers=headers)

    assert answer.status_code >= 500
    assert not ContactPoint.objects.exists()


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_method_that_the_view_does_not_have_is_refused(unit, method):
    key = str(uuid7())
    headers = unit.signed(method, "/api/v1/whoami", body=b"{}", idempotency_key=key)

    answer = send(method, "/api/v1/whoami", headers, b"{}")

    assert answer.status_code == 405
    assert answer.json()["kind"] == "method-not-allowed"
