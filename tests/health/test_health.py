"""Health says what works, what lags and what is down, to anyone, and nothing else."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import OperationalError, connections
from django.test import Client

from broker.access.acting import acting
from broker.basics import heartbeat
from broker.basics.actor import SYSTEM
from broker.basics.clock import frozen, now
from broker.ledger import sequencer
from broker.ledger.append import Event, append

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.health.doors")]


@pytest.fixture(autouse=True)
def _fresh(settings, tmp_path):
    settings.LOG_FOLDER = str(tmp_path / "log")
    cache.clear()
    heartbeat._beaten.clear()


def all_beat():
    heartbeat._beaten.clear()
    for name in heartbeat.SWEEPS:
        heartbeat.beat(name)


def test_a_process_that_answers_is_alive(django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = Client().get("/health/live")

    assert answer.json() == {"status": "alive"}


def test_a_house_whose_engine_runs_is_ready():
    all_beat()

    answer = Client().get("/health/ready")

    assert (answer.status_code, answer.json()["status"]) == (200, "ready")
    assert set(answer.json()["checks"]) == {
        "database",
        "seals",
        "ledger",
        *(f"sweep_{name}" for name in heartbeat.SWEEPS),
    }


def test_an_engine_that_was_never_heard_of_is_late_but_requests_are_taken():
    answer = Client().get("/health/ready")

    assert (answer.status_code, answer.json()["status"]) == (200, "late")
    assert answer.json()["checks"]["sweep_clocks"] == {"status": "late", "age_s": None}


def test_a_sweep_that_hangs_shows_its_age():
    all_beat()

    with frozen(now() + timedelta(seconds=60)):
        answer = Client().get("/health/ready").json()

    assert answer["checks"]["sweep_outbox"]["status"] == "late"
    assert answer["checks"]["sweep_outbox"]["age_s"] >= 60


def test_an_event_that_waits_beyond_its_promise_is_shown():
    with acting(SYSTEM):
        append(Event("test.waits", "broker", SYSTEM))
    late = now() + timedelta(seconds=11)
    with frozen(late):
        all_beat()
        before = Client().get("/health/ready").json()

    sequencer.sweep_once()
    with frozen(late):
        all_beat()
        after = Client().get("/health/ready").json()

    assert before["checks"]["ledger"]["status"] == "late"
    assert before["checks"]["ledger"]["oldest_waiting_s"] > 10
    assert after["checks"]["ledger"]["status"] == "ready"
    assert after["checks"]["ledger"]["head_age_s"] is not None


def test_a_database_that_does_not_answer_means_down(monkeypatch):
    all_beat()

    def refuse(*_, **__):
        raise OperationalError("no such host db.internal")

    monkeypatch.setattr(connections["seals"], "cursor", refuse)
    answer = Client().get("/health/ready")

    assert (answer.status_code, answer.json()["status"]) == (503, "down")
    assert answer.json()["checks"]["seals"] == {"status": "down"}
    assert b"db.internal" not in answer.content


@pytest.mark.parametrize("door", ["live", "ready"])
def test_health_is_only_read(door):
    assert Client().post(f"/health/{door}").status_code == 405
