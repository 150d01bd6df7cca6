"""A removal order in a real browser: drafted, approved, sent, taken in, answered, closed."""

from collections.abc import Callable

import pyotp
import pytest
from playwright.sync_api import Page

from broker.basics.clock import now
from broker.parties.models import Officer
from referrals.flow import State
from referrals.models import Referral
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

type Look = Callable[[Page, str], None]

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


@pytest.fixture
def look(axe, shots):
    """Return `look(page, name)`: read the page with axe, keep its pictures."""

    def looked(page, name: str) -> None:
        shots(page, f"referral-{name}")
        assert axe(page) == [], name

    return looked


def test_a_referral_from_paste_to_close(people, sign_in, look):
    draft(sign_in(people["officer"]), look)
    reference = Referral.objects.get().reference
    approve_and_send(sign_in(people["supervisor"]), look, reference, people["supervisor"])
    agent = sign_in(people["agent"])
    take_in(agent, look, reference)
    answer(agent, look, reference)
    hear_back_and_close(sign_in(people["officer"]), look, reference)

    assert Referral.objects.get().state == State.CLOSED


def draft(page: Page, look: Look) -> None:
    page.get_by_role("link", name="New referral").first.click()
    look(page, "choose")
    page.goto("/referrals/new/demo-ten-seconds")
    page.get_by_role("button", name="Keep as draft").click()
    look(page, "refused")
    page.get_by_label("Addresses").fill(ADDRESSES)
    page.locator("#field-platform").select_option(label="Vidéothèque SE (FR)")
    page.locator("[name=A3_reasons]").fill("It calls for violence.")
    look(page, "form")
    page.get_by_role("button", name="Keep as draft").click()
    page.get_by_text("is kept.").wait_for()
    look(page, "draft")


def approve_and_send(page: Page, look: Look, reference: str, supervisor: Officer) -> None:
    look(page, "home-supervisor")
    page.goto("/referrals/approvals")
    look(page, "approvals")
    page.goto(f"/referrals/{reference}/approve")
    look(page, "approve")
    page.get_by_label("Code from your authenticator app").fill(fresh_code(supervisor))
    page.get_by_role("button", name="Approve this text").click()
    page.get_by_text("Approved and signed.").wait_for()
    look(page, "approved")
    page.goto(f"/referrals/{reference}/send")
    look(page, "confirm-send")
    page.get_by_role("button", name="Send").click()
    page.get_by_text("Sent to Vidéothèque SE.").wait_for()
    look(page, "sent")
    page.goto("/referrals/")
    look(page, "queue")


def take_in(page: Page, look: Look, reference: str) -> None:
    look(page, "home-agent")
    page.goto("/referrals/inbox")
    look(page, "inbox")
    page.goto(f"/referrals/{reference}")
    assert "video.example" not in page.content()
    look(page, "waits-to-be-taken-in")
    page.get_by_role("button", name="Take in and open").click()
    page.get_by_text("Taken in: its receipt is proven.").wait_for()
    assert "video.example" in page.content()
    look(page, "taken-in")


def answer(page: Page, look: Look, reference: str) -> None:
    """Answer one item rightly and one with a fault; then that one alone."""
    page.get_by_role("button", name="Answer", exact=True).click()
    page.locator("[name=outcome-1]").select_option("removed")
    page.locator("[name=outcome-2]").select_option("impossible")
    look(page, "answer")
    page.get_by_role("button", name="Record the answers").click()
    page.get_by_text("1 answer recorded").wait_for()
    assert page.locator("[name=outcome-1]").input_value() == ""
    assert page.locator("[name=outcome-2]").input_value() == "impossible"
    assert "Choose a ground" in page.get_by_role("alert").inner_text()
    look(page, "answer-refused")
    page.locator("[name=outcome-2]").select_option("already_gone")
    page.get_by_role("button", name="Record the answers").click()
    page.wait_for_url(f"**/referrals/{reference}")
    look(page, "answered")


def hear_back_and_close(page: Page, look: Look, reference: str) -> None:
    look(page, "home-feedback")
    page.goto(f"/referrals/{reference}")
    assert "after receipt" in page.locator("main").inner_text()
    look(page, "feedback")
    page.get_by_role("button", name="Close").click()
    page.wait_for_url("**/close")
    look(page, "confirm-close")
    page.get_by_role("button", name="Close").click()
    page.get_by_text("Closed.", exact=True).wait_for()
    look(page, "closed")
