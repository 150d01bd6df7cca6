"""A period that ends without an answer is noted in its case, with its own end."""

from datetime import UTC, datetime, timedelta

import pytest

from broker.access.acting import acting
from broker.basics.clock import frozen
from broker.clocks import lapses, sweep
from broker.clocks.models import Clock
from broker.forms.sample import sample
from broker.law import catalogue
from broker.law.clock import ClockKind
from referrals.actions import answering, drafting, receiving, sending
from referrals.actions.item_answers import ItemAnswer
from referrals.flow import State
from referrals.models import Referral
from tests import factories
from tests.referrals.conftest import Cast, approve, make_cast

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def received_at(at: datetime, cast: Cast, **brought: object) -> Referral:
    with frozen(at):
        with acting(cast.officer):
            case = drafting.draft(
                factories.draft(cast.platform, **brought), actor=cast.officer
            ).case
        with acting(cast.supervisor):
            case = approve(case, cast.supervisor)
        with acting(cast.officer):
            case = sending.send(case, actor=cast.officer).case
        with acting(cast.agent):
            proof = {"event": "acknowledged"}
            return receiving.acknowledge(case, actor=cast.agent, proof=proof).case


def let_lapse(at: datetime) -> None:
    with frozen(at):
        while sweep.sweep_once().done:
            pass
        lapses.sweep_once()


def end_of(case: Referral) -> datetime | None:
    clocks = Clock.objects.filter(subject_id=case.id)
    [end] = [clock.lapses_at for clock in clocks if clock.period.kind is ClockKind.COMPLY]
    return end


def test_cases_that_lapse_in_one_batch_keep_each_its_own_end() -> None:
    cast = make_cast()
    early = received_at(NOON, cast)
    late = received_at(NOON + timedelta(hours=1), cast, targets=["https://video.example/2"])

    let_lapse(NOON + timedelta(days=2))

    for case in (early, late):
        case.refresh_from_db()
        assert case.lapsed_at == end_of(case)
    assert early.lapsed_at != late.lapsed_at


def test_a_period_that_a_ground_does_not_stop_lapses_in_the_case_too() -> None:
    cast = make_cast()
    form = sample(catalogue.get("eu-iru-referral").form)
    case = received_at(NOON, cast, instrument="eu-iru-referral", form=form)
    with frozen(NOON + timedelta(minutes=5)), acting(cast.agent):
        ground = catalogue.get("eu-iru-referral").grounds[0].code
        impossible = ItemAnswer(1, "impossible", reason="It is being moved.", ground=ground)
        answering.answer(case, [impossible], actor=cast.agent)

    let_lapse(NOON + timedelta(days=60))

    case.refresh_from_db()
    assert case.state == State.IMPEDED
    assert case.lapsed_at == end_of(case) is not None
