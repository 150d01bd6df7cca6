"""Referrals by API: a unit's system files, a platform's program takes in and answers."""

import pytest

from broker.access.acting import acting
from broker.api.models import IdempotencyRow
from broker.clocks.models import Clock
from broker.courier.models import Dispatch
from broker.crypto.note import open_promise
from broker.ledger.reading import events_of
from broker.ledger.signing import promise_vkey
from referrals.actions import order
from referrals.actions.approving import approve
from referrals.actions.sending import withdraw
from referrals.api.shapes import ShownReferral
from referrals.flow import State
from referrals.models import Answer, Referral
from tests import factories
from tests.signing import Program

pytestmark = pytest.mark.django_db(transaction=True)

REASONS = {"B2_reasons": "It glorifies an attack."}


@pytest.fixture
def unit() -> Program:
    return Program(factories.organisation("unit"))


@pytest.fixture
def platform() -> Program:
    return Program(factories.platform())


def filed(unit: Program, to: Program, /, **changes: object):  # type: ignore[no-untyped-def]
    body = {
        "instrument": "policy-two-hours",
        "platform": to.organisation.slug,
        "targets": ["https://video.example/1", "https://video.example/2"],
        "form": REASONS,
        "send": True,
    }
    return unit.post("/api/v1/referrals", {**body, **changes})


def test_a_referral_is_filed_taken_in_and_answered(unit: Program, platform: Program) -> None:
    reference = filed(unit, platform).json()["reference"]

    [waiting] = platform.get("/api/v1/inbox").json()["results"]
    taken = platform.post("/api/v1/inbox", {"dispatches": [waiting["dispatch"]]})
    answers = [{"item": 1, "outcome": "removed"}, {"item": 2, "outcome": "already_gone"}]
    answered = platform.post(f"/api/v1/referrals/{reference}/answers", {"answers": answers})

    assert taken.json()["proven"] == [waiting["dispatch"]]
    assert answered.json()["state"] == State.ANSWERED
    shown = unit.get(f"/api/v1/referrals/{reference}").json()
    assert [item["outcome"] for item in shown["items"]] == ["removed", "already_gone"]
    assert shown["clocks"][0]["status"] == "met"
    assert shown["clocks"][0]["why"][0]["source"]


def test_an_accepted_act_brings_a_promise_of_the_ledger(unit: Program, platform: Program) -> None:
    answer = filed(unit, platform).json()

    promise = open_promise(answer["promise"], [promise_vkey()])
    case = Referral.objects.get(reference=answer["reference"])
    assert promise.commitment.hex() == events_of(case.stream)[0].commitment


def test_a_retry_files_once_and_gets_the_same_answer(unit: Program, platform: Program) -> None:
    body = {
        "instrument": "policy-two-hours",
        "platform": platform.organisation.slug,
        "targets": ["https://video.example/1"],
        "form": REASONS,
        "send": True,
    }

    first = unit.post("/api/v1/referrals", body, key="one")
    second = unit.post("/api/v1/referrals", body, key="one")

    assert first.json() == second.json()
    assert Referral.objects.count() == 1
    assert Dispatch.objects.count() == 1


def test_reading_proves_nothing_and_shows_nothing(unit: Program, platform: Program) -> None:
    reference = filed(unit, platform).json()["reference"]

    [waiting] = platform.get("/api/v1/inbox").json()["results"]
    shown = platform.get(f"/api/v1/referrals/{reference}")

    case = shown.json()
    assert (waiting["kind"], waiting["message"]) == ("referral.order", None)
    assert {name for name, value in case.items() if value} == {
        *("reference", "state", "instrument", "platform", "unit", "sent")
    }
    assert "video.example" not in shown.content.decode()
    assert ShownReferral(data=case).is_valid()
    assert Referral.objects.get().state == State.SENT
    assert not Clock.objects.filter(name="act").exists()


def test_taking_in_shows_all_and_starts_the_clock_once(unit: Program, platform: Program) -> None:
    reference = filed(unit, platform).json()["reference"]
    [waiting] = platform.get("/api/v1/inbox").json()["results"]
    wanted = {"dispatches": [waiting["dispatch"]]}

    first = platform.post("/api/v1/inbox", wanted, key="one").json()
    retried = platform.post("/api/v1/inbox", wanted, key="one").json()
    again = platform.post("/api/v1/inbox", wanted, key="two").json()

    case = platform.get(f"/api/v1/referrals/{reference}").json()
    [message] = first["messages"]
    assert message["content"]["order"] == case["order"]
    assert len(case["items"]) == 2
    assert first == retried
    assert again["messages"] == first["messages"]
    assert again["proven"] == []
    assert Clock.objects.filter(name="act").count() == 1
    assert platform.get("/api/v1/inbox").json()["results"] == []


def test_no_order_is_copied_into_the_kept_answer(unit: Program, platform: Program) -> None:
    filed(unit, platform)
    [waiting] = platform.get("/api/v1/inbox").json()["results"]

    platform.post("/api/v1/inbox", {"dispatches": [waiting["dispatch"]]}, key="one")

    kept = IdempotencyRow.objects.get(idempotency_key="one")
    assert set(kept.body) == {"proven", "at"}


def test_an_order_withdrawn_before_it_was_taken_in_stays_closed(
    unit: Program, platform: Program
) -> None:
    reference = filed(unit, platform).json()["reference"]
    supervisor = factories.actor(unit.organisation, "supervisor")
    with acting(supervisor):
        withdraw(Referral.objects.get(), reason="Wrong address.", actor=supervisor)

    case = platform.get(f"/api/v1/referrals/{reference}").json()

    [news] = platform.get("/api/v1/inbox").json()["results"]
    assert (case["state"], case["items"], case["order"]) == (State.WITHDRAWN, [], None)
    assert news["message"]["content"] == {"reason": "Wrong address."}


def test_an_answer_before_the_receipt_is_refused_with_the_way_out(
    unit: Program, platform: Program
) -> None:
    reference = filed(unit, platform).json()["reference"]

    refused = platform.post(
        f"/api/v1/referrals/{reference}/answers", {"answers": [{"item": 1, "outcome": "removed"}]}
    )

    assert refused.status_code == 409
    assert refused.json()["kind"] == "wrong-state"
    assert "received" in refused.json()["why"]
    assert not Answer.objects.exists()


def test_each_answer_of_a_batch_has_its_own_result(unit: Program, platform: Program) -> None:
    reference = filed(unit, platform).json()["reference"]
    platform.post(f"/api/v1/referrals/{reference}/receipt", {})

    answered = platform.post(
        f"/api/v1/referrals/{reference}/answers",
        {"answers": [{"item": 1, "outcome": "removed"}, {"item": 7, "outcome": "removed"}]},
    )

    first, second = answered.json()["results"]
    assert first == {"item": 1, "recorded": True, "problem": None}
    assert second["problem"]["what"] == "There is no item 7."


@pytest.mark.parametrize(
    ("changes", "status", "member"),
    [
        ({"targets": ["nonsense"]}, 400, "targets.1"),
        ({"targets": []}, 400, "targets"),
        ({"instrument": "no-such-law"}, 404, None),
        ({"platform": "nobody"}, 400, "platform"),
        ({"form": {"Z9_secret": "x"}}, 400, "Z9_secret"),
        ({"form": {}}, 400, "B2_reasons"),
        ({"colour": "blue"}, 400, "colour"),
    ],
    ids=["url", "no-url", "instrument", "platform", "field", "missing", "member"],
)
def test_wrong_input_is_refused_plainly_and_changes_nothing(
    unit: Program, platform: Program, changes: dict[str, object], status: int, member: str | None
) -> None:
    refused = filed(unit, platform, **changes)

    problem = refused.json()
    assert refused.status_code == status
    assert problem["what"]
    assert problem["remedy"]
    if member:
        assert member in problem["fields"]
    assert not Referral.objects.exists()


def test_a_binding_order_is_not_sent_by_a_program_alone(unit: Program, platform: Program) -> None:
    form = {"A3_reasons": "It calls for violence."}

    refused = filed(unit, platform, instrument="demo-ten-seconds", form=form)

    assert refused.status_code == 403
    assert "approved by a person" in refused.json()["why"]


def test_a_program_sends_what_its_people_approved(unit: Program, platform: Program) -> None:
    form = {"A3_reasons": "It calls for violence."}
    draft = filed(unit, platform, instrument="demo-ten-seconds", form=form, send=False).json()
    case = Referral.objects.get(reference=draft["reference"])
    read = order.text_sha256(case, list(case.items.all()))
    supervisor = factories.actor(unit.organisation, "supervisor")
    with acting(supervisor):
        approve(case, text_sha256=read, method="totp", actor=supervisor)

    sent = unit.post(f"/api/v1/referrals/{case.reference}/send", {})

    assert sent.json()["state"] == State.SENT


def test_naughty_strings_are_kept_unchanged_and_never_open_a_tag(
    unit: Program, platform: Program
) -> None:
    text = "<script>alert(1)</script> ﷽ ' OR 1=1 -- \u202e"

    reference = filed(unit, platform, form={"B2_reasons": text}).json()["reference"]

    shown = unit.get(f"/api/v1/referrals/{reference}")
    assert shown.json()["order"]["form"]["B2_reasons"] == text
    assert b"<script>" not in shown.content
