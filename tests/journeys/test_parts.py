"""Every part of a page in a real browser: no grave fault, no sideways scroll, nothing owned."""

import copy
from pathlib import Path

import pyotp
import pytest
from django.conf import settings as house

from broker.parties.models import Membership, Officer, Organisation
from tests.journeys.conftest import PASSWORD

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.journeys.gallery"),
]


@pytest.fixture
def inside(transactional_db, settings, sign_in):
    templates = copy.deepcopy(house.TEMPLATES)
    templates[0]["DIRS"] = [Path(__file__).parent / "templates"]
    settings.TEMPLATES = templates
    unit = Organisation.objects.create(
        slug="unit", name="Cyber referral unit, Lyon", kind="unit", zone="Europe/Paris"
    )
    officer = Officer.objects.create_officer(
        "ada",
        PASSWORD,
        display_name="Ada Example",
        service_number="FR-4711",
        totp_secret=pyotp.random_base32(),
    )
    Membership.objects.create(officer=officer, organisation=unit, role="supervisor")
    return sign_in(officer)


def test_every_part_is_accessible_and_escaped(inside, axe, shots, settings):
    settings.MODE = "demo"
    inside.goto("/gallery/")
    inside.get_by_text("Why this deadline?").click()
    shots(inside, "gallery")

    assert axe(inside) == []
    assert inside.title() == "Gallery – Broker"
    assert inside.locator("main script, main img[src=x]").count() == 0


def test_a_confirmation_names_number_and_receiver(inside, axe, shots):
    inside.goto("/confirm/")
    shots(inside, "confirm")
    faults = axe(inside)
    inside.get_by_role("button", name="Send to Platform A").click()
    shots(inside, "refused")

    assert faults + axe(inside) == []
    assert "Only a case that is approved can take this step." in inside.content()


def test_a_fault_of_ours_says_so(inside, axe, shots):
    answer = inside.goto("/broken/")
    shots(inside, "broken")

    assert answer.status == 500
    assert "broken on purpose" not in inside.content()
    assert axe(inside) == []
