"""The Pulse sweeps without any message, rests between rounds, and survives every fault."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from types import SimpleNamespace

import pytest

from broker import celery
from broker.basics import heartbeat
from broker.basics.clock import frozen
from broker.basics.swept import Swept

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("done", "due_in_s", "rest_s"),
    [
        (0, None, 2.0),
        (0, 60, 2.0),
        (0, 0.5, 0.5),
        (0, -5, 0.02),
        (3, None, 0.25),
        (3, 60, 0.25),
        (3, 0.1, 0.1),
        (3, -5, 0.0),
    ],
)
def test_it_rests_until_the_next_due_row_and_never_long(done, due_in_s, rest_s):
    next_at = None if due_in_s is None else NOON + timedelta(seconds=due_in_s)

    with frozen(NOON):
        assert celery.rest_after(Swept(done, next_at)) == pytest.approx(rest_s)


def test_every_sweep_of_the_pulse_exists():
    from importlib import import_module

    assert set(celery.SWEEPS) == set(heartbeat.SWEEPS)
    for module in celery.SWEEPS.values():
        assert callable(import_module(module).sweep_once)


@pytest.mark.django_db
def test_a_round_that_fails_is_logged_and_leaves_no_sign_of_life(monkeypatch, caplog):
    heard = []
    monkeypatch.setattr(heartbeat, "beat", heard.append)
    monkeypatch.setitem(celery.SWEEPS, "clocks", "tests.health.no_such_module")

    assert celery.sweep("clocks") == celery.IDLE_S
    assert heard == []
    assert "sweep_failed" in caplog.text


@pytest.mark.django_db
def test_an_idle_round_writes_nothing(django_assert_max_num_queries, settings, tmp_path):
    settings.LOG_FOLDER = str(tmp_path)
    for name in celery.SWEEPS:
        with django_assert_max_num_queries(3) as queries:
            celery.sweep(name)

        assert [query["sql"] for query in queries if not query["sql"].startswith("SELECT")] == []


@pytest.mark.django_db(transaction=True)
def test_one_failing_sweep_does_not_stop_the_others(monkeypatch):
    rounds = {name: 0 for name in celery.SWEEPS if name != "clocks"}

    def sweeps(module):
        name = {path: name for name, path in celery.SWEEPS.items()}[module]
        if name == "clocks":
            raise RuntimeError("the clocks stand still")

        def sweep_once():
            rounds[name] += 1
            return Swept(1)

        return SimpleNamespace(sweep_once=sweep_once)

    monkeypatch.setattr(celery, "import_module", sweeps)
    monkeypatch.setattr(celery, "BUSY_S", 0.01)
    pulse = celery.Pulse(None)

    pulse.start(None)
    time.sleep(0.3)
    began = time.monotonic()
    pulse.stop(None)

    assert time.monotonic() - began < 3
    assert all(count >= 2 for count in rounds.values())
    assert not any(thread.is_alive() for thread in pulse._threads)


@pytest.mark.django_db(transaction=True)
def test_the_loop_ends_when_told(monkeypatch):
    told = Event()
    monkeypatch.setattr(celery, "sweep", lambda name: told.set() or 0.0)

    celery.keep_sweeping("clocks", told)

    assert told.is_set()


_POSTS = """
import sys, django
django.setup()
from broker.access.acting import acting
from broker.basics import rows
from broker.basics.actor import SYSTEM
from broker.courier.post import dispatch_for, ring_for
from broker.ledger.append import Subject
from broker.parties.models import ContactPoint, Organisation
platform = Organisation.objects.create(slug="tube", name="Tube", kind="platform")
point = ContactPoint.objects.create(
    organisation=platform, connector="webhook", address=sys.argv[1]
)
with acting(SYSTEM):
    dispatch = dispatch_for(
        kind="referral.order", subject=Subject("referral", "1"), reference="R-1",
        recipient=point, body={},
    )
    rows.insert(dispatch)
    ring_for([dispatch])
"""


@pytest.mark.slow
def test_a_worker_sweeps_while_its_message_broker_is_down_and_ends_on_term(tmp_path, receiver):
    surroundings = {
        **os.environ,
        "BROKER_MODE": "test",
        "BROKER_DATA": str(tmp_path),
        "DATABASE_URL": "",
        "BROKER_URL": "redis://127.0.0.1:1/0",
        "REDIS_URL": "",
        "DJANGO_SETTINGS_MODULE": "broker.settings",
    }
    manage = [sys.executable, "manage.py", "migrate", "--skip-checks", "-v0"]
    for database in ("default", "seals"):
        subprocess.run([*manage, "--database", database], cwd=ROOT, env=surroundings, check=True)
    written = subprocess.run(
        [sys.executable, "-c", _POSTS, receiver.url], cwd=ROOT, env=surroundings, check=False
    )
    assert written.returncode == 0
    said = tmp_path / "worker.log"
    with said.open("w") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "broker.celery", "worker", "--concurrency=1"],
            cwd=ROOT,
            env=surroundings,
            stdout=log,
            stderr=log,
        )
    try:
        kept = tmp_path / "cache"
        until = time.monotonic() + 60
        while time.monotonic() < until and len(list(kept.glob("*.djcache"))) < len(celery.SWEEPS):
            time.sleep(0.2)
        beats = len(list(kept.glob("*.djcache")))
        began = time.monotonic()
        worker.terminate()
        worker.wait(10)
    finally:
        worker.kill()

    assert len(receiver.came) == 1, said.read_text()[-3000:]
    assert beats == len(celery.SWEEPS), said.read_text()[-3000:]
    assert time.monotonic() - began < 6
