"""The engine: one lock, one question, one move, written down or nothing."""

import threading

import pytest
from django.db import connection, connections

from broker.access.acting import acting
from broker.access.decision import allow, deny
from broker.basics.errors import NotAllowed, WrongState
from broker.flow import engine
from broker.flow.engine import Deed
from broker.ledger.reading import events_of
from referrals.actions import drafting, sending
from referrals.flow import REFERRAL, State
from referrals.models import Referral
from tests import factories
from tests.referrals.conftest import Cast, approve, make_cast


def yes(*_: object):  # type: ignore[no-untyped-def]
    return allow()


@pytest.mark.django_db(transaction=True)
def test_a_step_that_fails_half_way_changes_nothing() -> None:
    cast = make_cast()
    with acting(cast.officer):
        case = drafting.draft(factories.draft(cast.platform), actor=cast.officer).case

    with pytest.raises(ZeroDivisionError):
        _withdraw_and_fail(case, cast)

    case.refresh_from_db()
    assert case.state == State.DRAFT
    assert [event.verb for event in events_of(case.stream)] == ["referral.draft"]


def _withdraw_and_fail(case: Referral, cast: Cast) -> None:
    with acting(cast.supervisor):
        sending.withdraw(case, reason="No.", actor=cast.supervisor)
        raise ZeroDivisionError


@pytest.mark.django_db
def test_who_may_not_moves_nothing() -> None:
    cast = make_cast()
    case = drafting.draft(factories.draft(cast.platform), actor=cast.officer).case

    with pytest.raises(NotAllowed, match="Because it is Tuesday"):
        engine.take(
            REFERRAL,
            "withdraw",
            case,
            actor=cast.officer,
            may=lambda *_: deny("Because it is Tuesday."),
            deed=lambda _: Deed(),
        )

    case.refresh_from_db()
    assert case.state == State.DRAFT


@pytest.mark.django_db
def test_many_cases_take_a_step_together_and_the_unfit_stay() -> None:
    cast = make_cast()
    cases = [
        drafting.draft(
            factories.draft(cast.platform, targets=[f"https://video.example/{number}"]),
            actor=cast.officer,
        ).case
        for number in range(3)
    ]
    sending.withdraw(cases[0], reason="No.", actor=cast.supervisor)

    taken = engine.take_all(
        REFERRAL,
        "withdraw",
        cases,
        actor=cast.supervisor,
        may=yes,
        deed=lambda _: Deed(new={"reason": "x"}),
    )

    assert {each.case.id for each in taken} == {cases[1].id, cases[2].id}
    assert set(Referral.objects.values_list("state", flat=True)) == {State.WITHDRAWN}
    for case in cases:
        assert [event.verb for event in events_of(case.stream)].count("referral.withdraw") == 1


@pytest.mark.postgres
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="needs PostgreSQL row locks")
@pytest.mark.django_db(transaction=True)
def test_two_people_cannot_take_the_same_step() -> None:
    cast = make_cast()
    with acting(cast.officer):
        case = drafting.draft(factories.draft(cast.platform), actor=cast.officer).case
    with acting(cast.supervisor):
        approve(case, cast.supervisor)
    refused: list[WrongState] = []

    def send() -> None:
        try:
            with acting(cast.officer):
                sending.send(case, actor=cast.officer)
        except WrongState as refusal:
            refused.append(refusal)
        finally:
            connections.close_all()

    senders = [threading.Thread(target=send) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()

    assert len(refused) == 3
    assert connection.vendor == "postgresql"
    assert [event.verb for event in events_of(case.stream)].count("referral.send") == 1
