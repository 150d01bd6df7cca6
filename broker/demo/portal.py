"""A person at the portal: a browser without a screen, a password, and an authenticator app."""

import time
from typing import Any

import httpx
import pyotp

from broker.basics.errors import Refusal
from broker.demo.accounts import Account
from broker.demo.page import Page

_STEP_S = 30
_MOST_REDIRECTS = 5


class Authenticator:
    """The app on the person's telephone; each code it gives is a later one than the last.

    The broker takes codes one step early or late, so that three may follow each other at
    once; a fourth waits for its time.
    """

    def __init__(self, secret: str, *, last_step: int) -> None:
        self._totp = pyotp.TOTP(secret, interval=_STEP_S)
        self._last_step = last_step

    def next_code(self) -> str:
        """Return the next code that was not used yet, waiting for it if need be."""
        step = max(self._last_step + 1, self._present() - 1)
        while step > self._present() + 1:
            time.sleep(0.2)
        self._last_step = step
        return self._totp.generate_otp(step)

    @staticmethod
    def _present() -> int:
        # What the person's own telephone shows, so its clock.
        return int(time.time()) // _STEP_S


class Portal:
    """One person's session; every method raises Refusal with the page's words when refused."""

    def __init__(self, address: str, account: Account) -> None:
        self.account = account
        self.app = Authenticator(account.totp_secret, last_step=account.last_step)
        self._http = httpx.Client(base_url=address, trust_env=False, timeout=30.0)

    def sign_in(self) -> Page:
        """Sign in with password and code; return the home page."""
        door = self.open("/sign-in/")
        step = self.send(door, username=self.account.username, password=self.account.password)
        return self.send(step, code=self.app.next_code())

    def open(self, path: str) -> Page:
        """Return the page at `path`."""
        return self._page(self._http.get(path, follow_redirects=True))

    def send(self, page: Page, **filled: Any) -> Page:
        """Fill in the page's form, press its button, and return the page that follows.

        A value is a text, or a list of texts for a field with several.
        """
        form = page.form(next(iter(filled), ""))
        values = {**form.values, **filled}
        answer = self._http.post(
            form.action or page.url,
            data=values,
            headers={"origin": str(self._http.base_url).rstrip("/"), "referer": page.url},
            follow_redirects=True,
        )
        return self._page(answer)

    def confirm(self, path: str, **filled: Any) -> Page:
        """Open a confirmation and say yes; return the page that follows."""
        return self.send(self.open(path), **filled)

    def approve(self, path: str) -> Page:
        """Open an approval, read it, and approve it with a fresh code."""
        return self.confirm(path, code=self.app.next_code())

    def _page(self, answer: httpx.Response) -> Page:
        page = Page(str(answer.url), answer.text)
        if answer.is_success:
            return page
        raise Refusal(
            f"The portal answered {answer.status_code} at {answer.url.path}.",
            why=page.words[:600],
            remedy="Open the same page in a browser.",
        )
