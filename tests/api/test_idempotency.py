"""One request is one act: a repeat gets the same answer, and a refusal leaves nothing."""

import threading

import pytest
from django.db import connection, connections

from broker.api.models import IdempotencyRow
from broker.parties.models import ContactPoint
from tests.api.conftest import send, sender_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.api.doors")]
POINT = {"address": "here", "connector": "inbox"}


def test_a_repeat_with_the_same_key_gets_the_same_answer_and_promise(unit):
    first = unit.post("/api/v1/points", POINT, idempotency_key="one")
    again = unit.post("/api/v1/points", POINT, idempotency_key="one")

    assert first.status_code == again.status_code == 201
    assert again.json() == first.json()
    assert again["Location"] == first["Location"]
    assert "custody-promise/1" in first.json()["promise"]
    assert ContactPoint.objects.count() == 1


def test_the_very_same_bytes_sent_twice_are_one_act(unit):
    body = b'{"address":"here","connector":"inbox"}'
    headers = unit.signed("POST", "/api/v1/points", body=body, idempotency_key="one")

    answers = [send("POST", "/api/v1/points", headers, body) for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert ContactPoint.objects.count() == 1


def test_the_same_key_for_another_request_is_a_conflict(unit):
    unit.post("/api/v1/points", POINT, idempotency_key="one")

    answer = unit.post("/api/v1/points", POINT | {"address": "there"}, idempotency_key="one")

    assert answer.status_code == 409
    assert answer.json()["what"] == "This idempotency key was used for a different request."
    assert ContactPoint.objects.count() == 1


def test_a_refused_request_leaves_neither_row_nor_trace_and_may_be_mended(unit):
    refused = unit.post(
        "/api/v1/points", POINT | {"address": "refuse-after-writing"}, idempotency_key="one"
    )

    assert refused.status_code == 409
    assert refused.json()["kind"] == "wrong-state"
    assert not ContactPoint.objects.exists()
    assert not IdempotencyRow.objects.exists()
    assert unit.post("/api/v1/points", POINT, idempotency_key="one").status_code == 201


def test_a_faulty_form_names_its_fields_and_leaves_nothing(unit):
    answer = unit.post("/api/v1/points", {"connector": "pigeon"})

    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {"address", "connector"}
    assert not IdempotencyRow.objects.exists()


def test_keys_of_different_organisations_do_not_meet(db):
    first, second = sender_of("first"), sender_of("second")

    answers = [one.post("/api/v1/points", POINT, idempotency_key="one") for one in (first, second)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert ContactPoint.objects.count() == 2


def test_a_nonce_serves_one_request_only(unit, monkeypatch):
    monkeypatch.setattr("secrets.token_urlsafe", lambda _: "the-same-nonce-again")
    unit.post("/api/v1/points", POINT, idempotency_key="one")

    answer = unit.post("/api/v1/points", POINT, idempotency_key="two")

    assert answer.status_code == 409
    assert answer.json()["what"] == "This signature was used before."
    assert ContactPoint.objects.count() == 1


def test_an_accepted_request_costs_one_statement_more_than_its_act(
    unit, django_assert_max_num_queries
):
    unit.post("/api/v1/points", POINT)

    with django_assert_max_num_queries(12) as queries:
        unit.post("/api/v1/points", POINT)

    ours = [query for query in queries if "api_idempotencyrow" in query["sql"]]
    assert len(ours) == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_identical_requests_at_once_are_one_act():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one writer in at a time; the race is PostgreSQL's")
    unit = sender_of("unit")
    begin, answers = threading.Barrier(4), []

    def ask() -> None:
        begin.wait()
        answers.append(unit.post("/api/v1/points", POINT, idempotency_key="one"))
        connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.content for answer in answers}) == 1
    assert ContactPoint.objects.count() == 1


def test_an_act_that_reaches_outside_is_looked_up_before_it_is_done_again(unit, monkeypatch):
    from tests.api import doors

    monkeypatch.setattr(doors.Points, "reaches_outside", True)
    done, act = [], doors.Points.act
    monkeypatch.setattr(doors.Points, "act", lambda *args, **kw: done.append(1) or act(*args, **kw))

    answers = [unit.post("/api/v1/points", POINT, idempotency_key="one") for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert len(done) == 1
