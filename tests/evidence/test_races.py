"""Two acts meet at one request: neither waits for the other in a ring."""

import hashlib

import pytest
from django.db import connection

from broker.access.acting import acting
from evidence.actions import depositing, sending, uploading
from evidence.flow import State
from evidence.models import Package
from tests.evidence.world import received, sealed
from tests.racing import at_once, meeting

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="needs PostgreSQL row locks"),
    pytest.mark.django_db(transaction=True),
]


def test_a_package_and_a_withdrawal_do_not_wait_for_each_other(world, tmp_path, monkeypatch):
    request = received(world)
    (tmp_path / "data").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "data" / "a.txt").write_text("alpha")
    sealed(world, request, tmp_path / "data", tmp_path / "out")
    payload, envelope = (
        (tmp_path / "out" / name).read_bytes() for name in ("payload.bin", "envelope.zip")
    )
    with acting(world.agent) as actor:
        sums = {"size": len(payload), "sha256": hashlib.sha256(payload).hexdigest()}
        upload = uploading.begin(request, **sums, actor=actor).upload
    uploading.append(upload, offset=0, chunks=[payload])
    meeting(monkeypatch, (depositing, "_package"), (sending, "call_back"))

    def hand_in():
        with acting(world.agent) as actor:
            depositing.deposit(request, envelope, actor=actor)

    def withdraw():
        with acting(world.prosecutor) as actor:
            sending.withdraw(request, reason="An error.", actor=actor)

    faults = at_once(hand_in, withdraw)

    request.refresh_from_db()
    assert connection.vendor == "postgresql"
    assert [type(fault).__name__ for fault in faults] in (["NotFound"], ["WrongState"])
    assert (request.state == State.WITHDRAWN) is not Package.objects.exists()
