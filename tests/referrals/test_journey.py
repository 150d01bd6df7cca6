"""A referral from draft to close, step by step, through the actions alone."""

from dataclasses import replace

import pytest

from broker.basics.clock import now
from broker.basics.errors import Conflict, Invalid, NotAllowed, WrongState
from broker.clocks.models import Clock, Status
from broker.courier.models import Dispatch
from broker.crypto.canonical import parse_canonical
from broker.crypto.keys import PublicKey
from broker.flow import engine
from broker.ledger.reading import events_of
from broker.parties.models import Organisation
from broker.seals.keyring import signing_key
from referrals.actions import answering, approving, drafting, receiving, sending
from referrals.actions.item_answers import ItemAnswer
from referrals.flow import State
from referrals.models import Answer, Approval, Referral
from tests import factories
from tests.referrals.conftest import Cast, approve

pytestmark = pytest.mark.django_db


def verbs(referral: Referral) -> list[str]:
    return [event.verb for event in events_of(referral.stream)]


def test_a_draft_keeps_what_was_entered(cast: Cast, drafted: Referral) -> None:
    assert drafted.state == State.DRAFT
    assert [item.position for item in drafted.items.all()] == [1, 2]
    assert drafted.form == {"A3_reasons": "It calls for violence."}
    assert verbs(drafted) == ["referral.draft"]


def test_whoever_drafted_a_binding_order_cannot_approve_it(cast: Cast) -> None:
    both = factories.actor(cast.unit, "officer", "supervisor")
    drafted = drafting.draft(factories.draft(cast.platform), actor=both).case

    with pytest.raises(NotAllowed, match="cannot approve it"):
        approve(drafted, both)

    drafted.refresh_from_db()
    assert drafted.state == State.DRAFT


def test_whoever_rewrote_a_draft_of_another_cannot_approve_it_alone(
    cast: Cast, drafted: Referral
) -> None:
    rewritten = {"A3_reasons": "Something else entirely."}
    edited = drafting.edit(drafted, rewritten, actor=cast.supervisor).case

    with pytest.raises(NotAllowed, match="cannot approve it"):
        approve(edited, cast.supervisor)

    assert approve(edited, factories.actor(cast.unit, "supervisor")).state == State.APPROVED


def test_an_approval_that_was_voided_meanwhile_does_not_count(
    cast: Cast, drafted: Referral, monkeypatch: pytest.MonkeyPatch
) -> None:
    three = replace(drafted.instrument.approvals, people=3)
    instrument = replace(drafted.instrument, approvals=three)
    monkeypatch.setattr(Referral, "instrument", instrument)
    approve(drafted, cast.supervisor)
    second = factories.actor(cast.unit, "supervisor")
    lock = engine.locked_case

    def locked_after_an_edit(case: Referral) -> Referral:
        Approval.objects.update(void=True)
        return lock(case)

    monkeypatch.setattr(engine, "locked_case", locked_after_an_edit)
    approve(drafted, second)

    assert Referral.objects.get(id=drafted.id).state == State.DRAFT


@pytest.mark.parametrize("side", ["unit", "platform"])
def test_nothing_is_sent_once_a_side_is_frozen(cast: Cast, approved: Referral, side: str) -> None:
    frozen = getattr(cast, side)
    Organisation.objects.filter(id=frozen.id).update(frozen_at=now())

    with pytest.raises(WrongState, match=f"{frozen.name} is frozen"):
        sending.send(approved, actor=cast.officer)

    assert not Dispatch.objects.exists()


def test_an_officer_without_the_seat_cannot_approve(cast: Cast, drafted: Referral) -> None:
    other = factories.actor(cast.unit, "officer")

    with pytest.raises(NotAllowed, match="supervisor"):
        approve(drafted, other)


def test_an_approval_is_bound_to_the_text_that_was_read(cast: Cast, drafted: Referral) -> None:
    with pytest.raises(Conflict, match="text has changed"):
        approving.approve(drafted, text_sha256="0" * 64, method="totp", actor=cast.supervisor)


def test_an_incomplete_form_cannot_be_approved(cast: Cast) -> None:
    drafted = drafting.draft(factories.draft(cast.platform, form={}), actor=cast.officer).case

    with pytest.raises(Invalid, match="not right"):
        approve(drafted, cast.supervisor)


def test_the_order_is_signed_by_the_units_key(cast: Cast, approved: Referral) -> None:
    key = PublicKey.from_spki(signing_key(f"order-{cast.unit.party_id}", "p256").spki())

    assert approved.state == State.APPROVED
    assert key.verify(bytes(approved.order_signature), bytes(approved.order))
    order = parse_canonical(bytes(approved.order))
    assert order["approvals"][0]["service_number"] == cast.supervisor.service_number
    assert order["form"]["A1_reference"] == approved.reference


def test_editing_voids_the_approvals_given_so_far(cast: Cast, approved: Referral) -> None:
    reopened = drafting.reopen(approved, actor=cast.officer).case

    assert reopened.state == State.DRAFT
    assert not reopened.approvals.filter(void=False).exists()


def test_sending_writes_one_dispatch_and_starts_no_clock(cast: Cast, sent: Referral) -> None:
    [dispatch] = Dispatch.objects.filter(reference=sent.reference)

    assert dispatch.kind == "referral.order"
    assert dispatch.organisation_id == cast.platform.id
    assert not Clock.objects.filter(subject_id=sent.id).exists()


def test_the_clock_starts_with_the_proven_receipt(cast: Cast, received: Referral) -> None:
    clock = Clock.objects.get(subject_id=received.id, name="comply")

    assert received.state == State.RECEIVED
    assert clock.started_at == received.received_at
    assert received.due_at == clock.due_at
    assert Dispatch.objects.get(kind="referral.order").receipt_at == received.received_at


def test_receive_twice_changes_nothing(cast: Cast, received: Referral) -> None:
    with pytest.raises(WrongState, match="Cannot receive a case that is received"):
        receiving.acknowledge(received, actor=cast.agent, proof={})

    assert verbs(received).count("referral.receive") == 1


def test_answers_for_all_items_complete_the_case(cast: Cast, received: Referral) -> None:
    answers = [ItemAnswer(1, "removed", decided_under="law"), ItemAnswer(2, "already_gone")]

    answered = answering.answer(received, answers, actor=cast.agent)

    case = answered.taken.case
    assert case.state == State.ANSWERED
    assert case.due_at is None
    assert Clock.objects.get(subject_id=case.id, name="comply").status == Status.MET
    assert Dispatch.objects.filter(kind="referral.feedback").count() == 0


def test_an_answer_for_some_items_leaves_the_case_open(cast: Cast, received: Referral) -> None:
    answered = answering.answer(received, [ItemAnswer(1, "removed")], actor=cast.agent)

    assert answered.taken.case.state == State.RECEIVED
    assert Clock.objects.get(subject_id=received.id, name="comply").status == Status.RUNNING


def test_good_answers_count_though_others_are_refused(cast: Cast, received: Referral) -> None:
    answers = [ItemAnswer(1, "removed"), ItemAnswer(2, "vaporised"), ItemAnswer(9, "removed")]

    answered = answering.answer(received, answers, actor=cast.agent)

    assert answered.recorded == [1]
    assert set(answered.refused) == {2, 9}
    assert "no outcome called 'vaporised'" in str(answered.refused[2])
    assert Answer.objects.count() == 1


def test_when_no_answer_holds_nothing_changes(cast: Cast, received: Referral) -> None:
    with pytest.raises(Invalid, match="None of the answers"):
        answering.answer(received, [ItemAnswer(9, "removed")], actor=cast.agent)

    assert verbs(received)[-1] == "referral.receive"


def test_asking_back_and_the_answer_restart_the_period(cast: Cast, received: Referral) -> None:
    asks = [ItemAnswer(1, "needs_information", ground="insufficient_information")]

    asked = answering.answer(received, asks, actor=cast.agent).taken.case
    clarified = answering.clarify(asked, text="It is the second clip.", actor=cast.officer).case

    assert asked.state == State.CLARIFYING
    assert asked.due_at is None
    assert clarified.state == State.RECEIVED
    assert clarified.due_at is not None
    statuses = set(Clock.objects.filter(name="comply").values_list("status", flat=True))
    assert statuses == {Status.RESTARTED, Status.RUNNING}


def test_a_withdrawn_order_tells_the_platform(cast: Cast, received: Referral) -> None:
    withdrawn = sending.withdraw(received, reason="Wrong address.", actor=cast.supervisor).case

    assert withdrawn.state == State.WITHDRAWN
    assert Dispatch.objects.filter(kind="referral.withdrawn").count() == 1
    assert Clock.objects.get(subject_id=received.id).status == Status.VOID


def test_an_order_is_withdrawn_though_the_platform_took_its_contact_point_away(
    cast: Cast, received: Referral
) -> None:
    cast.platform.contact_points.update(active=False)

    withdrawn = sending.withdraw(received, reason="Wrong address.", actor=cast.supervisor).case

    assert withdrawn.state == State.WITHDRAWN
    assert not Dispatch.objects.filter(kind="referral.withdrawn").exists()


def test_an_officer_cannot_withdraw_what_a_supervisor_stands_behind(
    cast: Cast, received: Referral
) -> None:
    with pytest.raises(NotAllowed, match="referral:withdraw"):
        sending.withdraw(received, reason="No.", actor=cast.officer)


def test_a_referral_of_one_person_is_filed_in_one_act(cast: Cast) -> None:
    brought = factories.draft(cast.platform, instrument="policy-two-hours", form=POLICY_FORM)

    filed = sending.file(brought, actor=cast.officer).case

    assert filed.state == State.SENT
    assert verbs(filed) == ["referral.file"]
    assert Dispatch.objects.filter(reference=filed.reference).count() == 1


def test_a_binding_order_cannot_be_filed_in_one_act(cast: Cast) -> None:
    with pytest.raises(NotAllowed, match="A binding order is approved"):
        sending.file(factories.draft(cast.platform), actor=cast.officer)

    assert not Referral.objects.exists()


POLICY_FORM = {"B2_reasons": "It glorifies an attack."}


@pytest.mark.parametrize("who", ["agent", "officer"])
def test_only_who_may_answer_is_told_what_is_wrong_with_an_answer(
    cast: Cast, sent: Referral, who: str
) -> None:
    with pytest.raises(WrongState, match="Cannot answer a case that is sent"):
        answering.answer(sent, [ItemAnswer(999, "removed")], actor=getattr(cast, who))

    taken = receiving.acknowledge(sent, actor=cast.agent, proof={"event": "acknowledged"}).case
    with pytest.raises(NotAllowed):
        answering.answer(taken, [ItemAnswer(999, "removed")], actor=cast.officer)


@pytest.mark.parametrize(
    ("said", "what"),
    [({"countries": ["FR", "<B>"]}, "A country of"), ({"reason": "x" * 20_001}, "too long")],
)
def test_an_answer_keeps_the_bounds_by_whatever_face_it_comes(
    cast: Cast, received: Referral, said: dict[str, object], what: str
) -> None:
    given = ItemAnswer(1, "removed", **said)  # type: ignore[arg-type]

    with pytest.raises(Invalid) as refusal:
        answering.answer(received, [given], actor=cast.agent)

    assert what in str(refusal.value.fields)
