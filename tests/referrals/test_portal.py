"""The referral pages, as officer, supervisor, platform and stranger use them."""

import pyotp
import pytest
from django.test import Client
from django.urls import reverse

from broker.access.acting import acting
from broker.basics.clock import now
from broker.clocks.models import Clock
from broker.ledger.reading import events_of
from broker.parties.models import Officer, Organisation
from referrals.actions import drafting, sending
from referrals.flow import State
from referrals.models import Answer, Referral
from tests import factories
from tests.referrals.conftest import approve

pytestmark = pytest.mark.django_db(transaction=True)


def signed_in(seat: Organisation, *roles: str) -> Client:
    client = Client()
    client.officer = factories.officer(seat, *roles)  # type: ignore[attr-defined]
    client.force_login(client.officer)  # type: ignore[attr-defined]
    return client


def code_of(officer: Officer) -> str:
    return pyotp.TOTP(officer.totp_secret).at(now())


@pytest.fixture
def unit() -> Organisation:
    return factories.organisation("unit")


@pytest.fixture
def platform() -> Organisation:
    return factories.platform(connector="web")


def post_draft(officer: Client, platform: Organisation, **facts: str):  # type: ignore[no-untyped-def]
    given = {
        "platform": platform.slug,
        "targets": "https://video.example/1\nhttps://video.example/2\n",
        "A3_reasons": "It calls for violence.",
    }
    return officer.post(reverse("referrals:draft", args=["demo-ten-seconds"]), {**given, **facts})


def drafted(officer: Client, platform: Organisation) -> Referral:
    post_draft(officer, platform)
    return Referral.objects.get()


def test_a_referral_travels_through_the_pages(unit: Organisation, platform: Organisation) -> None:
    officer, supervisor = signed_in(unit, "officer"), signed_in(unit, "supervisor")
    agent = signed_in(platform, "platform_agent")
    case = drafted(officer, platform)
    page = supervisor.get(reverse("referrals:approve", args=[case.reference]))
    digest = page.context["text_sha256"]

    supervisor.post(
        reverse("referrals:approve", args=[case.reference]),
        {"text_sha256": digest, "code": code_of(supervisor.officer)},  # type: ignore[attr-defined]
    )
    officer.post(reverse("referrals:send", args=[case.reference]))
    agent.post(reverse("referrals:take_in", args=[case.reference]))
    agent.post(
        reverse("referrals:answer", args=[case.reference]),
        {"outcome-1": "removed", "outcome-2": "already_gone"},
    )

    case.refresh_from_db()
    assert case.state == State.ANSWERED
    assert Answer.objects.count() == 2
    shown = officer.get(reverse("referrals:case", args=[case.reference])).content.decode()
    assert "Answered" in shown
    assert "Receipt proven" in shown


def test_a_wrong_address_shows_the_form_again_and_loses_nothing(
    unit: Organisation, platform: Organisation
) -> None:
    officer = signed_in(unit, "officer")

    response = post_draft(officer, platform, targets="https://ok.example/1\njavascript:alert(1)")

    text = response.content.decode()
    assert response.status_code == 422
    assert "Line 2" in text
    assert "javascript:alert(1)" in text
    assert "It calls for violence." in text
    assert not Referral.objects.exists()


def test_an_address_referred_before_is_asked_about_first(
    unit: Organisation, platform: Organisation
) -> None:
    officer = signed_in(unit, "officer")
    drafted(officer, platform)

    asked = post_draft(officer, platform)
    kept = post_draft(officer, platform, despite_earlier="1")

    assert "Referred before" in asked.content.decode()
    assert kept.status_code == 302
    assert Referral.objects.count() == 2


def test_the_code_of_the_sign_in_is_no_approval(unit: Organisation, platform: Organisation) -> None:
    officer, supervisor = signed_in(unit, "officer"), signed_in(unit, "supervisor")
    case = drafted(officer, platform)
    where = reverse("referrals:approve", args=[case.reference])
    digest = supervisor.get(where).context["text_sha256"]

    response = supervisor.post(where, {"text_sha256": digest, "code": "000000"})

    case.refresh_from_db()
    assert response.status_code == 422
    assert "Enter the six digits your app shows now" in response.content.decode()
    assert case.state == State.DRAFT


def test_a_stranger_sees_404_for_what_exists(unit: Organisation, platform: Organisation) -> None:
    case = drafted(signed_in(unit, "officer"), platform)
    stranger = signed_in(factories.organisation("unit"), "officer")

    real = stranger.get(reverse("referrals:case", args=[case.reference]))
    made_up = stranger.get(reverse("referrals:case", args=["R-NONE"]))

    assert real.status_code == made_up.status_code == 404


def test_a_platform_does_not_see_what_is_still_being_written(
    unit: Organisation, platform: Organisation
) -> None:
    case = drafted(signed_in(unit, "officer"), platform)
    agent = signed_in(platform, "platform_agent")

    assert agent.get(reverse("referrals:case", args=[case.reference])).status_code == 404


@pytest.fixture
def sent(unit: Organisation, platform: Organisation) -> Referral:
    officer, supervisor = factories.actor(unit, "officer"), factories.actor(unit, "supervisor")
    with acting(officer):
        case = drafting.draft(factories.draft(platform), actor=officer).case
    with acting(supervisor):
        case = approve(case, supervisor)
    with acting(officer):
        return sending.send(case, actor=officer).case


def test_reading_an_order_that_waits_proves_nothing_and_shows_nothing(
    sent: Referral, platform: Organisation
) -> None:
    agent = signed_in(platform, "platform_agent")

    text = agent.get(reverse("referrals:case", args=[sent.reference])).content.decode()

    sent.refresh_from_db()
    assert (sent.state, sent.received_at) == (State.SENT, None)
    assert not Clock.objects.filter(name="comply").exists()
    assert sent.unit.name in text
    assert sent.instrument.legal_basis.en in text
    assert "Nothing of its content is shown before it is taken in." in text
    assert text.count("Take in and open") == 1
    for hidden in ("video.example", "calls for violence", sent.drafted_by_number):
        assert hidden not in text


def test_taking_in_opens_the_case_and_starts_the_clock_once(
    sent: Referral, platform: Organisation
) -> None:
    agent = signed_in(platform, "platform_agent")
    where = reverse("referrals:take_in", args=[sent.reference])

    opened = agent.post(where, follow=True)
    again = agent.post(where)

    text = opened.content.decode()
    assert "Taken in: its receipt is proven." in text
    assert "https://video.example/watch?v=1" in text
    assert "calls for violence" in text
    assert again.status_code == 409
    assert Clock.objects.filter(name="comply").count() == 1


@pytest.mark.parametrize("name", ["answer", "resume"])
def test_pages_of_an_order_that_waits_lead_to_where_it_is_taken_in(
    sent: Referral, platform: Organisation, name: str
) -> None:
    agent = signed_in(platform, "platform_agent")

    response = agent.get(reverse(f"referrals:{name}", args=[sent.reference]))

    assert response.status_code == 302
    assert response["Location"] == reverse("referrals:case", args=[sent.reference])


def test_an_order_withdrawn_before_it_was_taken_in_offers_nothing(
    sent: Referral, unit: Organisation, platform: Organisation
) -> None:
    supervisor, agent = factories.actor(unit, "supervisor"), signed_in(platform, "platform_agent")
    with acting(supervisor):
        sending.withdraw(sent, reason="Wrong address.", actor=supervisor)

    text = agent.get(reverse("referrals:case", args=[sent.reference])).content.decode()

    assert "withdrawn or ended before you took it in" in text
    assert "Take in and open" not in text
    assert "video.example" not in text


@pytest.mark.parametrize("name", ["edit", "answer"])
def test_a_form_opens_only_to_who_may_send_it(
    sent: Referral, unit: Organisation, platform: Organisation, name: str
) -> None:
    agent, officer = signed_in(platform, "platform_agent"), signed_in(unit, "officer")
    where = reverse(f"referrals:{name}", args=[sent.reference])
    agent.post(reverse("referrals:take_in", args=[sent.reference]))
    wrong = {"edit": agent, "answer": officer}[name]

    response = wrong.get(where)

    assert response.status_code in {403, 409}
    assert "calls for violence" not in response.content.decode()
    assert "video.example" not in response.content.decode()


def test_reading_a_case_changes_nothing_but_its_own_read_entry(
    unit: Organisation, platform: Organisation
) -> None:
    officer = signed_in(unit, "officer")
    case = drafted(officer, platform)
    before = [event.verb for event in events_of(case.stream)]

    officer.get(reverse("referrals:case", args=[case.reference]))

    after = [event.verb for event in events_of(case.stream)]
    assert sorted(after) == sorted([*before, "referral.read"])


@pytest.mark.parametrize("name", ["queue", "new", "approvals"])
def test_the_lists_open(unit: Organisation, platform: Organisation, name: str) -> None:
    supervisor = signed_in(unit, "supervisor")
    drafted(signed_in(unit, "officer"), platform)

    assert supervisor.get(reverse(f"referrals:{name}")).status_code == 200


@pytest.mark.parametrize(
    "instrument", ["eu-tco-removal-order", "eu-iru-referral", "policy-two-hours"]
)
def test_every_instrument_has_its_form(unit: Organisation, instrument: str) -> None:
    officer = signed_in(unit, "officer")

    assert officer.get(reverse("referrals:draft", args=[instrument])).status_code == 200
