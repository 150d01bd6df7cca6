"""Several workers share the outbox without sending a message twice."""

import threading
import time

import pytest
from django.db import connection, connections

from broker.courier.delivery import deliver, sweep_once
from broker.courier.models import Dispatch, Status
from broker.courier.signals import receipt_proven
from tests.courier.conftest import posted

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def in_threads(*works):
    def closed(work):
        work()
        connections.close_all()

    threads = [threading.Thread(target=closed, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.fixture
def heard():
    ids = []

    def hear(dispatches, **_):
        ids.extend(one.pk for one in dispatches)

    receipt_proven.connect(hear)
    yield ids
    receipt_proven.disconnect(hear)


def sweep_until_nothing_waits():
    """On a busy machine a send may time out; its retry is due after seconds."""
    until = time.monotonic() + 30
    while Dispatch.objects.exclude(status=Status.DELIVERED).exists() and time.monotonic() < until:
        sweep_once()
        time.sleep(0.05)


def test_workers_at_once_send_every_message_once(webhook, receiver, heard):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one writer in at a time; the race is PostgreSQL's")
    sent = [posted(webhook).pk for _ in range(60)]

    in_threads(lambda: deliver(sent), sweep_once, sweep_once, lambda: deliver(sent), sweep_once)
    sweep_until_nothing_waits()

    assert len({body for _, _, body in receiver.came}) == 60
    assert sorted(heard) == sorted(sent)
    assert set(Dispatch.objects.values_list("status", flat=True)) == {Status.DELIVERED}
