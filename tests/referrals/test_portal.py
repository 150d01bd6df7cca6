"""The referral pages, as officer, supervisor, platform and stranger use them."""

import pyotp
import pytest
from django.test import Client
from django.urls import reverse

from broker.basics.clock import now
from broker.ledger.reading import events_of
from broker.parties.models import Officer, Organisation
from referrals.flow import State
from referrals.models import Answer, Referral
from tests import factories

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
