"""Two acts meet at one case: neither waits for the other in a ring, and neither is lost."""

import pytest
from django.db import connection

from broker.access.acting import acting
from broker.basics.clock import now
from broker.basics.errors import WrongState
from broker.basics.ids import uuid7
from broker.courier import recording
from broker.courier.connector import Outcome
from broker.courier.models import Dispatch, Status
from referrals import receivers
from referrals.actions import drafting, receiving, sending
from referrals.flow import State
from referrals.models import Referral
from tests import factories
from tests.racing import at_once, meeting
from tests.referrals.conftest import Cast, approve, make_cast

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="needs PostgreSQL row locks"),
    pytest.mark.django_db(transaction=True),
]


def sent_by_webhook(cast: Cast) -> tuple[Referral, Dispatch]:
    """Return a sent case and its message as the worker that sends it holds it."""
    with acting(cast.officer):
        case = drafting.draft(factories.draft(cast.platform), actor=cast.officer).case
    with acting(cast.supervisor):
        approve(case, cast.supervisor)
    with acting(cast.officer):
        sending.send(case, actor=cast.officer)
    Dispatch.objects.update(status=Status.LEASED, lease_token=uuid7())
    case.refresh_from_db()
    return case, Dispatch.objects.get(subject_id=str(case.id))


def answered(dispatch: Dispatch) -> None:
    recording.record(dispatch, Outcome(at=now(), proof={"event": "answered", "status": 200}))


def test_a_receipt_and_a_withdrawal_do_not_wait_for_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cast = make_cast()
    case, dispatch = sent_by_webhook(cast)
    meeting(monkeypatch, (receivers, "receive"), (sending, "call_back"))

    def withdraw() -> None:
        with acting(cast.supervisor):
            sending.withdraw(case, reason="An error.", actor=cast.supervisor)

    faults = at_once(lambda: answered(dispatch), withdraw)

    case.refresh_from_db()
    dispatch.refresh_from_db()
    assert connection.vendor == "postgresql"
    assert faults == []
    assert case.state == State.WITHDRAWN
    assert dispatch.status == (Status.DELIVERED if case.received_at else Status.CANCELLED)


def test_a_receipt_by_answer_and_one_by_hand_are_one_receipt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cast = make_cast()
    case, dispatch = sent_by_webhook(cast)
    meeting(monkeypatch, (receivers, "receive"), (receiving, "proven"))

    def by_hand() -> None:
        with acting(cast.agent):
            receiving.acknowledge(case, actor=cast.agent, proof={"event": "acknowledged"})

    faults = at_once(lambda: answered(dispatch), by_hand)

    case.refresh_from_db()
    dispatch.refresh_from_db()
    assert [type(fault) for fault in faults] in ([], [WrongState])
    assert case.state == State.RECEIVED
    assert case.received_at == dispatch.receipt_at is not None
