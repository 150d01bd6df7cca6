"""Signed requests as a program sends them, and the doors of the API that take acts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.test import Client

from broker.basics.clock import now
from broker.basics.ids import uuid7
from broker.crypto.http_signature import sign_request
from broker.crypto.keys import fingerprint as keyid_of
from tests.sight.routes import Route, routes
from tests.sight.visitors import Machine
from tests.sight.world import Theirs
from tests.signing import HOST


@dataclass(frozen=True)
class Sent:
    """A request as it goes out: signed as `members` say, with what is done to it afterwards."""

    client: Client
    path: str
    body: bytes
    headers: Mapping[str, str]

    def send(self) -> HttpResponse:
        given = dict(self.headers)
        kind = given.pop("content-type", "application/octet-stream")
        return self.client.generic("POST", self.path, self.body, content_type=kind, headers=given)


def signed(machine: Machine, path: str, body: bytes, **changes: Any) -> Sent:
    """Return a request that is signed right, unless `changes` say otherwise."""
    assert machine.program is not None
    given = {
        "method": "POST",
        "url": f"{HOST}{path}",
        "headers": {"idempotency-key": str(uuid7()), "content-type": "application/json"},
        "body": body,
        "key": machine.program.key,
        "keyid": keyid_of(machine.program.key.spki()),
        "at": now(),
    }
    return Sent(machine.program.client, path, body, sign_request(**{**given, **changes}))


def acts(cast: Theirs, machines: list[Machine]) -> Iterator[tuple[Route, Machine, str]]:
    """Yield every door that takes acts, with a case of which the machine may know."""
    for route in routes():
        if route.is_api and route.asks_for == "actor":
            yield from _first_open(route, cast, machines)


def _first_open(
    route: Route, cast: Theirs, machines: list[Machine]
) -> Iterator[tuple[Route, Machine, str]]:
    """Yield one machine and address at which a body is read, if the door takes any."""
    things = list(cast.things()) if route.things else [{}]
    for path in dict.fromkeys(path for each in things for path in route.paths(each)):
        for machine in machines:
            status = signed(machine, path, b"[]").send().status_code
            if status == 405:
                return
            if status != 404:
                yield route, machine, path
                return
    raise AssertionError(f"nobody can reach {route.name}")
