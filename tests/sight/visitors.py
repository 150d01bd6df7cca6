"""Who comes to the doors: people with a session, programs with a key, nobody at all.

What a visitor gets is reduced to what can tell something: status, body, headers, without the
tokens that differ from one answer to the next.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import ndiff
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponseBase
from django.test import Client

from broker.basics.ids import uuid7
from broker.parties.models import Organisation
from tests import factories
from tests.signing import Program

_CSRF = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')
_NONCE = re.compile(r'nonce="[^"]*"')
_VOLATILE = {"set-cookie", "date", "content-length", "expires"}


@dataclass(frozen=True)
class Answer:
    """What came back, as one text in which everything that was sent can be searched."""

    status: int
    text: str

    def without(self, things: Mapping[str, str]) -> "Answer":
        """Return the answer with the visitor's own words taken out of it."""
        text = self.text
        for kind, thing in things.items():
            text = text.replace(thing, f"<{kind}>")
        return Answer(self.status, text)

    def moved(self, after: "Answer") -> list[str]:
        """Return the lines that came or went, for whoever has to find out why."""
        if self == after:
            return []
        lines = ndiff(self.text.splitlines(), after.text.splitlines())
        changed = [line for line in lines if line[0] in "+-"]
        return [f"{self.status} -> {after.status}", *changed]


def read(response: HttpResponseBase) -> Answer:
    """Return a response with its headers and whole body, streamed or not."""
    body = response.getvalue() if response.streaming else response.content
    headers = sorted(
        f"{name}: {value}" for name, value in response.items() if name.lower() not in _VOLATILE
    )
    text = "\n".join([*headers, "", bytes(body).decode("utf-8", "replace")])
    text = _NONCE.sub("nonce", _CSRF.sub("csrf", text))
    return Answer(response.status_code, text)


class Person:
    """An officer in a browser, with every role named in one seat; nobody without a seat."""

    face = "portal"

    def __init__(self, name: str, seat: Organisation | None = None, *roles: str) -> None:
        self.name, self.client = name, Client()
        self.is_known = seat is not None
        if seat is not None:
            self.client.force_login(factories.officer(seat, *roles))

    def send(self, method: str, path: str, members: Mapping[str, Any]) -> Answer:
        """Send a request; members become a form."""
        if method == "GET":
            return read(self.client.get(path))
        kind = "application/x-www-form-urlencoded"
        return read(self.client.generic(method, path, urlencode(members, doseq=True), kind))


class Machine:
    """A program that signs with a registered key of an organisation; nobody without one."""

    face = "api"

    def __init__(self, name: str, seat: Organisation | None = None) -> None:
        self.name = name
        self.is_known = seat is not None
        self.program = Program(seat) if seat else None
        self._client = Client()

    def send(self, method: str, path: str, members: Mapping[str, Any]) -> Answer:
        """Send a request; members become JSON."""
        body = b"" if method == "GET" else json.dumps(members).encode()
        if self.program is None:
            kind = "application/json"
            return read(self._client.generic(method, path, body, content_type=kind))
        keys = {} if method == "GET" else {"idempotency-key": str(uuid7())}
        return read(self.program._send(method, path, body, keys))
