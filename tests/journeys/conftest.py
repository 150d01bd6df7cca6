"""Ground for browser journeys: a live server, Debian's Chromium, axe-core, and screenshots.

Needs `chromium` on the PATH and `npm ci --prefix tests/journeys`; without them the tests are
skipped and say so. BROKER_SHOTS names the folder that keeps the pictures.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyotp
import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, Page, sync_playwright

from broker.basics import heartbeat
from broker.basics.clock import now
from broker.parties.models import Officer
from tests.factories import PASSWORD

HERE = Path(__file__).resolve().parent
AXE = HERE / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = (1280, 400)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
GRAVE = {"serious", "critical"}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium once; Playwright keeps an event loop in this thread, so the ORM is told."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not on the PATH; browser journeys are not run")
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield started
        started.close()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")
    if before is not None:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


@pytest.fixture
def browser_page(
    browser: Browser, live_server: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Page]:
    """Open an empty page at the live server; the test fails when a page broke its own rules.

    Broken rules are faults of scripts and what the content security policy refused. No
    engine runs beside a test; the banner that says so is kept away.
    """
    cache.clear()
    monkeypatch.setattr(heartbeat, "is_late", lambda name: False)
    context = browser.new_context(
        base_url=live_server.url.replace("127.0.0.1", "localhost"),
        viewport={"width": WIDTHS[0], "height": 900},
        locale="en-GB",
        reduced_motion="reduce",
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda fault: complaints.append(str(fault)))
    page.on("console", lambda message: complaints.extend(_complaint(message)))
    yield page
    context.close()
    assert complaints == []


def _complaint(message: Any) -> list[str]:
    """Return the message if it is an error, but for the status of a refusal page itself."""
    is_status = message.text.startswith("Failed to load resource: the server responded with")
    return [message.text] if message.type == "error" and not is_status else []


@pytest.fixture
def sign_in(browser_page: Page) -> Callable[..., Page]:
    """Return `sign_in(officer, password=PASSWORD) -> Page`: both steps through the real pages."""

    def signed_in(officer: Officer, password: str = PASSWORD) -> Page:
        Officer.objects.filter(pk=officer.pk).update(totp_last_step=0)
        browser_page.context.clear_cookies()
        browser_page.goto("/sign-in/")
        browser_page.get_by_label("User name").fill(officer.username)
        browser_page.get_by_label("Password").fill(password)
        browser_page.get_by_role("button", name="Continue").click()
        code = pyotp.TOTP(officer.totp_secret).at(now())
        browser_page.get_by_label("Six digits").fill(code)
        browser_page.get_by_role("button", name="Sign in").click()
        browser_page.wait_for_url(lambda address: "/sign-in/" not in address)
        return browser_page

    return signed_in


@pytest.fixture(scope="session")
def axe_source() -> str:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed; run npm ci --prefix tests/journeys")
    return AXE.read_text(encoding="utf-8")


@pytest.fixture
def axe(axe_source: str) -> Callable[[Page], list[str]]:
    """Return `axe(page)`: the serious and critical faults, a line each; assert it is []."""

    def checked(page: Page) -> list[str]:
        page.evaluate(axe_source)
        found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{fault['impact']} {fault['id']}: {node['html'][:200]}"
            for fault in found["violations"]
            if fault["impact"] in GRAVE
            for node in fault["nodes"]
        ]

    return checked


@pytest.fixture
def shots(tmp_path: Path) -> Callable[[Page, str], None]:
    """Return `shots(page, name)`: whole-page pictures at 1280 and 400 pixels.

    It also asserts that the page never scrolls sideways.
    """
    folder = Path(os.environ.get("BROKER_SHOTS", str(tmp_path)))
    folder.mkdir(parents=True, exist_ok=True)

    def taken(page: Page, name: str) -> None:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.evaluate("scrollTo(0, 0)")
            page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{name} is {wide} pixels wide at {width}"
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})

    return taken
