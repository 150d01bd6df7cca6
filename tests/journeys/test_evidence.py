"""The evidence pages in a browser: every page of every side, read by axe and by people."""

import pytest
from django.urls import reverse

from broker.access.acting import acting
from broker.ledger.sequencer import sweep_once
from evidence.actions import answering
from evidence.models import Request
from tests import factories
from tests.evidence import world as worlds
from tests.evidence.world import (
    World,
    content_request,
    deposited,
    drafted,
    make_world,
    received,
    sent,
    validated,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(db, settings) -> World:
    return make_world()


def address(name: str, case: Request) -> str:
    return reverse(f"evidence:{name}", args=[case.reference])


@pytest.fixture
def looked_at(axe, shots):
    """Return `looked_at(page, pages)`: open each, read it with axe, keep its pictures."""

    def look(page, pages):
        for name, where in pages.items():
            page.goto(where)
            assert axe(page) == [], name
            shots(page, f"evidence-{name}")

    return look


def test_the_pages_of_who_asks(world, sign_in, looked_at):
    draft, ready = drafted(world), validated(world)
    answered = received(world)
    with acting(world.agent) as actor:
        answering.ask_back(answered, grounds=["incomplete"], text="Which account?", actor=actor)
    page = sign_in(factories.officer(world.prosecution, "prosecutor"))

    looked_at(
        page,
        {
            "home": reverse("desk:home"),
            "queue": reverse("evidence:queue"),
            "choose": reverse("evidence:new"),
            "new": reverse("evidence:draft", args=["eu-epoc"]),
            "validations": reverse("evidence:validations"),
            "draft": address("case", draft),
            "edit": address("edit", draft),
            "validate": address("validate", draft),
            "send": address("send", ready),
            "reopen": address("reopen", ready),
            "withdraw": address("withdraw", answered),
            "clarify": address("clarify", answered),
            "asked-back": address("case", answered),
            "waiting": address("retrieval", answered),
        },
    )


def test_the_form_shown_again_keeps_what_was_typed(world, sign_in, axe, shots):
    page = sign_in(factories.officer(world.prosecution, "prosecutor"))
    page.goto(reverse("evidence:draft", args=["eu-epoc"]))
    page.get_by_label("File number of the issuing authority").fill("2026/77")

    page.get_by_role("button", name="Keep as draft").click()

    assert "There is a problem" in page.content()
    assert page.get_by_label("File number of the issuing authority").input_value() == "2026/77"
    assert axe(page) == []
    shots(page, "evidence-new-refused")


def test_the_pages_of_the_platform(world, sign_in, looked_at, tmp_path):
    sent(world)
    urgent = worlds.form(
        deadline_kind=["imminent_threat_to_life"], emergency_reason="A child is held."
    )
    new, work, held = sent(world, form=urgent), received(world), content_request(world)
    deposited(world, held, tmp_path)
    page = sign_in(factories.officer(world.platform, "platform_agent"))

    looked_at(
        page,
        {
            "platform-home": reverse("desk:home"),
            "inbox": reverse("evidence:inbox"),
            "platform-new": address("case", new),
            "platform-case": address("case", work),
            "preserve": address("preserve", work),
            "deliver": address("deliver", work),
            "ask-back": address("ask_back", work),
            "refuse": address("refuse", work),
            "platform-withheld": address("case", held),
            "delivered": address("retrieval", held),
        },
    )


def test_the_pages_of_the_enforcing_authority(world, sign_in, looked_at):
    case = content_request(world)
    page = sign_in(factories.officer(world.authority, "enforcing_authority"))

    looked_at(
        page,
        {
            "authority-home": reverse("desk:home"),
            "authority-queue": reverse("evidence:queue"),
            "authority-case": address("case", case),
            "scrutinise": address("scrutinise", case),
        },
    )


def test_a_package_is_retrieved_in_the_browser(world, sign_in, looked_at, tmp_path):
    case, held = received(world), content_request(world)
    deposited(world, case, tmp_path)
    sweep_once()
    page = sign_in(factories.officer(world.prosecution, "prosecutor"))
    looked_at(
        page,
        {"withheld": address("retrieval", held), "ready": address("retrieval", case)},
    )

    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download").click()

    assert downloading.value.suggested_filename.endswith(".asice")
    looked_at(page, {"retrieved": address("retrieval", case), "case": address("case", case)})
    assert "Retrieved" in page.locator("h1").inner_text() or page.locator("h1").count()


def test_the_page_of_the_log(world, sign_in, looked_at):
    received(world)
    sweep_once()
    page = sign_in(factories.officer(world.overseer, "overseer"))

    looked_at(page, {"ledger": reverse("desk:ledger"), "overseer-home": reverse("desk:home")})
