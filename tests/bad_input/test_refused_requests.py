"""Requests no program should send, at every door of the API: refused clearly, nothing changed.

Each refusal says what, why and what to do, and leaves a line in the log.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.http import HttpResponse

from broker.basics.clock import now
from broker.basics.ids import uuid7
from broker.crypto.keys import fingerprint as keyid_of
from broker.crypto.keys import generate
from tests.bad_input.doors import Sent, acts, signed
from tests.sight.fingerprint import fingerprint
from tests.sight.visitors import Machine
from tests.sight.world import Theirs

pytestmark = pytest.mark.django_db(transaction=True)


def unsigned(machine: Machine, path: str, body: bytes) -> Sent:
    right = signed(machine, path, body)
    left = {"signature", "signature-input"}
    return replace(right, headers={k: v for k, v in right.headers.items() if k not in left})


def by_another_key(machine: Machine, path: str, body: bytes) -> Sent:
    return signed(machine, path, body, key=generate("ed25519"))


def by_an_unknown_key(machine: Machine, path: str, body: bytes) -> Sent:
    key = generate("ed25519")
    return signed(machine, path, body, key=key, keyid=keyid_of(key.spki()))


def for_another_address(machine: Machine, path: str, body: bytes) -> Sent:
    return replace(signed(machine, "/api/v1/elsewhere", body), path=path)


def too_old(machine: Machine, path: str, body: bytes) -> Sent:
    return signed(machine, path, body, at=now() - timedelta(hours=1))


def changed_on_the_way(machine: Machine, path: str, body: bytes) -> Sent:
    return replace(signed(machine, path, body), body=body + b" ")


def without_idempotency_key(machine: Machine, path: str, body: bytes) -> Sent:
    right = signed(machine, path, body)
    return replace(
        right, headers={k: v for k, v in right.headers.items() if k != "idempotency-key"}
    )


def with_body(body: bytes) -> Callable[[Machine, str, bytes], Sent]:
    return lambda machine, path, _: signed(machine, path, body)


def of_another_type(machine: Machine, path: str, body: bytes) -> Sent:
    headers = {"idempotency-key": str(uuid7()), "content-type": "text/html"}
    return signed(machine, path, b"<p>Hello</p>", headers=headers)


DEEP = b'{"a":' * 2000 + b"1" + b"}" * 2000
WRONG: dict[str, tuple[Callable[[Machine, str, bytes], Sent], set[int]]] = {
    "unsigned": (unsigned, {401}),
    "signed by another key": (by_another_key, {401}),
    "signed by an unknown key": (by_an_unknown_key, {401}),
    "signed for another address": (for_another_address, {401}),
    "too old": (too_old, {401}),
    "changed on the way": (changed_on_the_way, {400}),
    "without its idempotency key": (without_idempotency_key, {400, 401}),
    "a name twice": (with_body(b'{"send": true, "send": false}'), {400, 415}),
    "cut off": (with_body(b'{"instrument": "poli'), {400, 415}),
    "not an object": (with_body(b"[]"), {400, 415}),
    "not UTF-8": (with_body(b'{"text": "\xff\xfe"}'), {400, 415}),
    "U+0000": (with_body(b'{"text": "\\u0000"}'), {400, 415}),
    "half a character": (with_body(b'{"text": "\\ud800"}'), {400, 415}),
    "endlessly deep": (with_body(DEEP), {400, 415}),
    "a number that is none": (with_body(b'{"size": NaN}'), {400, 415}),
    "an unknown member": (with_body(b'{"__proto__": {"admin": true}}'), {400, 415}),
    "of another type": (of_another_type, {400, 415}),
}


def test_it_is_refused_and_nothing_is_changed(
    cast: Theirs, machines: list[Machine], caplog: pytest.LogCaptureFixture
) -> None:
    open_doors = list(acts(cast, machines))
    before, faults = fingerprint(), []

    for route, machine, path in open_doors:
        for wrong, (make, wanted) in WRONG.items():
            caplog.clear()
            response = make(machine, path, b'{"text": "Well formed."}').send()
            faults += [(route.name, wrong, *each) for each in _lacks(response, wanted, caplog)]

    assert faults == []
    assert fingerprint() == before
    assert len(open_doors) > 15


def _lacks(
    response: HttpResponse, wanted: set[int], caplog: pytest.LogCaptureFixture
) -> Iterator[tuple[object, ...]]:
    """Yield what a refusal lacks: its status, its words, its line in the log."""
    if response.status_code not in wanted:
        yield (response.status_code, response.content[:200])
        return
    problem = json.loads(response.content)
    if response.headers["content-type"] != "application/problem+json":
        yield ("no problem document", response.headers["content-type"])
    if not problem["what"] or not (problem["why"] or problem["remedy"] or problem.get("fields")):
        yield ("says not why", problem)
    lines = [each for each in caplog.records if each.message == "api_refused"]
    if [each.kind for each in lines] != [problem["kind"]]:
        yield ("no line in the log", problem["kind"])
