"""Naughty strings in every text member of every request, in addresses and in queries."""

import copy
import json
from collections.abc import Iterator
from itertools import cycle
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.http import HttpResponse

from tests.bad_input.conftest import undone
from tests.bad_input.doors import acts, signed
from tests.bad_input.pages import runs
from tests.sight.bodies import BODIES
from tests.sight.fingerprint import fingerprint
from tests.sight.routes import routes
from tests.sight.visitors import Machine, Person
from tests.sight.world import Theirs, Visitor

pytestmark = pytest.mark.django_db

ROUNDS, LOOKED_AT = 12, 2
# What begins a case, as a program files it.
FILED: dict[str, dict[str, Any]] = {
    "referrals:api_referrals": {
        "instrument": "policy-two-hours",
        "platform": "tube",
        "targets": ["https://video.example/1"],
        "form": {"B2_reasons": "It glorifies an attack.", "B3_terms": "1", "B4_law": "2"},
        "note": "Seen today.",
        "send": True,
    },
    "evidence:api_requests": {
        "instrument": "eu-epoc",
        "platform": "tube",
        "validator": "tribunal",
        "authority": "dpp",
        "form": {"I_summary": "A threat."},
    },
    "evidence:api_send": {"transport": "exercise", "transport_ground": "size"},
    "evidence:api_receipt": {"receipt": "Read."},
    "referrals:api_receipt": {"receipt": "Read."},
    "api:inbox": {"dispatches": ["0193a2b4-0000-7000-8000-0000000000ff"]},
}


def test_naughty_strings_are_taken_as_they_are_or_refused_clearly(
    cast: Theirs, machines: list[Machine], naughty: list[str]
) -> None:
    faults: list[object] = []
    before, words = fingerprint(), cycle(naughty)
    sent = 0

    for route, machine, path in list(acts(cast, machines)):
        body = {**FILED.get(route.name, {}), **BODIES.get(route.name, {})}
        for number in range(ROUNDS):
            for members in spoiled(body, words):
                sent += 1
                with undone():
                    data = json.dumps(members, ensure_ascii=number % 2 == 0).encode()
                    response = signed(machine, path, data).send()
                    faults += [(route.name, members, each) for each in _lacks(response)]
                    is_looked_at = response.status_code >= 400 and number < LOOKED_AT
                    if is_looked_at and fingerprint() != before:
                        faults.append((route.name, members, "refused, and changed all the same"))

    assert faults == []
    assert sent > len(naughty)


def spoiled(body: dict[str, Any], words: Iterator[str]) -> Iterator[dict[str, Any]]:
    """Yield the body with one text member after the other replaced, and with a strange name."""
    for path in list(_texts(body, ())):
        changed = copy.deepcopy(body)
        holder: Any = changed
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = next(words)
        yield changed
    yield {**body, next(words): "Mine."}


def _texts(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, str):
        yield path
        return
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _texts(each, (*path, name))
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from _texts(each, (*path, place))


def _lacks(response: HttpResponse) -> Iterator[str]:
    """Yield what is wrong with an answer: a fault, a tag, a refusal that does not say why."""
    if response.status_code >= 500:
        yield f"{response.status_code} {response.content[:200]!r}"
        return
    if b"<" in response.content:
        yield "a tag can be opened"
    if response.status_code >= 400:
        problem = json.loads(response.content)
        if not problem["what"] or not (
            problem["why"] or problem["remedy"] or problem.get("fields")
        ):
            yield f"says not why: {problem}"


def test_naughty_addresses_lead_nowhere(
    cast: Theirs, insiders: list[Visitor], naughty: list[str]
) -> None:
    people = [each for each in insiders if isinstance(each, Person)]
    open_ones = [route for route in routes() if not route.is_api and not route.things]
    faults: list[object] = []

    for number, word in enumerate(naughty[::2]):
        person = people[number % len(people)]
        query = urlencode({"after": word, "state": word, "next": word, "size": word})
        route = open_ones[number % len(open_ones)]
        for path in (f"{next(route.paths({}))}?{query}", f"/referrals/{quote(word, safe='')}"):
            response = person.client.get(path)
            text = b"" if response.streaming else response.content
            faults += [(path, each) for each in runs(text.decode())]
            if response.status_code >= 500 or ("<" in word and word.encode() in text):
                faults.append((path, response.status_code))

    assert faults == []


def test_naughty_queries_of_programs_lead_nowhere(
    cast: Theirs, machines: list[Machine], naughty: list[str]
) -> None:
    lists = ("/api/v1/referrals", "/api/v1/requests", "/api/v1/inbox")
    faults: list[object] = []

    for number, word in enumerate(naughty[1::2]):
        query = urlencode({"cursor": word, "size": word})
        path = lists[number % len(lists)]
        for asked in (f"{path}?{query}", f"{path}/{quote(word, safe='')}"):
            answer = machines[number % len(machines)].send("GET", asked, {})
            # 401: an address that can be written in two ways was signed in the other one.
            if answer.status not in {400, 401, 404} or "<" in answer.text:
                faults.append((asked, answer.status))

    assert faults == []
