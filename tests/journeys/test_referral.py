"""A removal order in a real browser: drafted, approved, sent, taken in, answered, closed."""

import pyotp
import pytest

from broker.basics.clock import now
from broker.parties.models import Officer
from referrals.models import Referral
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ADDRESSES = "https://video.example/watch/1\nhttps://video.example/watch/2\n"


@pytest.fixture
def people(transactional_db) -> dict[str, Officer]:
    unit = factories.organisation("unit", name="Cyber referral unit, Lyon", zone="Europe/Paris")
    platform = factories.platform(connector="web", name="Vidéothèque SE", zone="Europe/Dublin")
    return {
        "officer": factories.officer(unit, "officer", display_name="Ada Officer"),
        "supervisor": factories.officer(unit, "supervisor", display_name="Bea Supervisor"),
        "agent": factories.officer(platform, "platform_agent", display_name="Cy Agent"),
        "overseer": factories.officer(factories.organisation("overseer"), "overseer"),
    }


def fresh_code(officer: Officer) -> str:
    Officer.objects.filter(pk=officer.pk).update(totp_last_step=0)
    return pyotp.TOTP(officer.totp_secret).at(now())


def test_a_referral_from_paste_to_close(people, sign_in, axe, shots):
    faults: list[str] = []

    def look(name: str) -> None:
        shots(page, f"referral-{name}")
        faults.extend(f"{name}: {fault}" for fault in axe(page))

    page = sign_in(people["officer"])
    page.get_by_role("link", name="New referral").first.click()
    look("choose")
    page.goto("/referrals/new/demo-ten-seconds")
    page.get_by_role("button", name="Keep as draft").click()
    look("refused")
    page.get_by_label("Addresses").fill(ADDRESSES)
    page.locator("#field-platform").select_option(label="Vidéothèque SE (FR)")
    page.locator("[name=A3_reasons]").fill("It calls for violence.")
    look("form")
    page.get_by_role("button", name="Keep as draft").click()
    look("draft")
    reference = Referral.objects.get().reference

    page = sign_in(people["supervisor"])
    look("home-supervisor")
    page.goto("/referrals/approvals")
    look("approvals")
    page.goto(f"/referrals/{reference}/approve")
    look("approve")
    page.get_by_label("Code from your authenticator app").fill(fresh_code(people["supervisor"]))
    page.get_by_role("button", name="Approve this text").click()
    look("approved")
    page.goto(f"/referrals/{reference}/send")
    look("confirm-send")
    page.get_by_role("button", name="Send").click()
    look("sent")
    page.goto("/referrals/")
    look("queue")

    page = sign_in(people["agent"])
    look("home-agent")
    page.goto("/referrals/inbox")
    look("inbox")
    page.goto(f"/referrals/{reference}")
    look("case-agent")

    assert faults == []
