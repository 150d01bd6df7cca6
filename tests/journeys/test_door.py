"""The door and the frame in a real browser: two steps in, the start page, out again."""

import pyotp
import pytest

from broker.basics.clock import now
from broker.parties.models import Membership, Officer, Organisation
from tests.journeys.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def units(transactional_db) -> list[Organisation]:
    return [
        Organisation.objects.create(
            slug=f"unit-{n}", name=name, kind="unit", country="FR", zone="Europe/Paris"
        )
        for n, name in enumerate(("Cyber referral unit, Lyon", "Prosecution liaison, Lyon"))
    ]


@pytest.fixture
def officer(units) -> Officer:
    made = Officer.objects.create_officer(
        "ada",
        PASSWORD,
        display_name="Ada Example",
        service_number="FR-4711",
        totp_secret=pyotp.random_base32(),
    )
    Membership.objects.create(officer=made, organisation=units[0], role="supervisor")
    return made


def test_an_officer_signs_in_and_out(officer, sign_in, axe, shots):
    page = sign_in(officer)
    faults = axe(page)
    shots(page, "home-empty")
    page.get_by_text("Ada Example").click()
    shots(page, "home-menu")
    page.get_by_role("button", name="Sign out").click()

    assert faults == []
    assert page.url.endswith("/sign-in/")


def test_the_door_says_what_is_wrong(browser_page, units, axe, shots):
    browser_page.goto("/sign-in/")
    shots(browser_page, "sign-in")
    faults = axe(browser_page)
    browser_page.get_by_label("User name").fill("nobody")
    browser_page.get_by_label("Password").fill("guess")
    browser_page.get_by_role("button", name="Continue").click()
    shots(browser_page, "sign-in-refused")

    assert faults + axe(browser_page) == []
    assert browser_page.get_by_role("alert").inner_text().startswith("There is a problem")


def test_the_second_step_and_the_seat(browser_page, officer, units, axe, shots):
    Membership.objects.create(officer=officer, organisation=units[1], role="prosecutor")
    browser_page.goto("/sign-in/")
    browser_page.get_by_label("User name").fill("ada")
    browser_page.get_by_label("Password").fill(PASSWORD)
    browser_page.get_by_role("button", name="Continue").click()
    browser_page.get_by_label("Six digits").fill("12")
    browser_page.get_by_role("button", name="Sign in").click()
    browser_page.get_by_role("alert").wait_for()
    shots(browser_page, "second-step-refused")
    faults = axe(browser_page)
    browser_page.get_by_label("Six digits").fill(pyotp.TOTP(officer.totp_secret).at(now()))
    browser_page.get_by_role("button", name="Sign in").click()
    seat = browser_page.get_by_label("Prosecution liaison, Lyon")
    seat.wait_for()
    shots(browser_page, "choose-seat")
    faults += axe(browser_page)
    seat.check()
    browser_page.get_by_role("button", name="Continue").click()
    header = browser_page.locator("header", has_text="Prosecution liaison, Lyon")
    header.wait_for()

    assert faults == []


def test_a_page_that_is_not_there(officer, sign_in, axe, shots):
    page = sign_in(officer)

    answer = page.goto("/referrals/nothing-of-the-kind")
    shots(page, "not-found")

    assert answer.status == 404
    assert axe(page) == []


def test_the_frame_works_from_the_keyboard(officer, sign_in):
    page = sign_in(officer)

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "main"
