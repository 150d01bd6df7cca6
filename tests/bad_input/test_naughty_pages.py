"""Naughty strings in every text box of every page: kept or refused, never run, never a fault.

The boxes are found in the pages themselves, so a new form is tried without being named here.
"""

import html
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from django.http import HttpResponse
from django.urls import resolve, reverse

from tests import factories
from tests.bad_input.conftest import undone
from tests.bad_input.pages import Form, forms, links, runs
from tests.sight.fingerprint import fingerprint
from tests.sight.routes import Route, routes
from tests.sight.visitors import Person
from tests.sight.world import Theirs, Visitor

pytestmark = pytest.mark.django_db

# Posted without any text of the visitor's: one button, or nothing but a choice.
NO_TEXT = {
    "desk:acknowledge",
    "evidence:close",
    "evidence:download",
    "evidence:reopen",
    "evidence:send",
    "evidence:take_in",
    "evidence:take_notice_in",
    "referrals:close",
    "referrals:reopen",
    "referrals:send",
    "referrals:take_in",
    "web:choose_seat",
    "web:sign_out",
}
CASES = {"referrals:case", "evidence:case"}
LEAST_TRIES, MOST_TRIES = 5, 9


@dataclass(frozen=True)
class Door:
    """A page with a form that is open to a person now."""

    route: Route
    person: Person
    path: str
    form: Form


def doors(cast: Theirs, people: list[Person]) -> Iterator[Door]:
    """Yield every form with a text box once, as people find it: by the links of their pages."""
    found: set[str] = set()
    for person in people:
        for route, path in _linked(person, _starts(cast)):
            wanted = route.name if route.things else path
            if wanted not in found and (form := _form_at(person, path)):
                found.add(wanted)
                yield Door(route, person, path, form)


def _starts(cast: Theirs) -> Iterator[tuple[Route, str]]:
    """Yield the pages that need no case, and the page of every case."""
    for route in routes():
        things = [{}] if not route.things else list(cast.things())
        if not route.is_api and (not route.things or route.name in CASES):
            paths = dict.fromkeys(path for each in things for path in route.paths(each))
            yield from ((route, path) for path in paths)


def _linked(person: Person, starts: Iterator[tuple[Route, str]]) -> Iterator[tuple[Route, str]]:
    """Yield the first pages, and for each route one page they lead to."""
    named = {route.name: route for route in routes()}
    seen: set[str] = set()
    for route, path in starts:
        if not route.things:
            yield route, path
        response = person.client.get(path)
        for address in links(response.content.decode()) if response.status_code == 200 else ():
            match = resolve(urlsplit(address).path)
            if match.view_name not in seen and named[match.view_name].things:
                seen.add(match.view_name)
                yield named[match.view_name], address


def _form_at(person: Person, path: str) -> Form | None:
    response = person.client.get(path)
    if response.status_code != 200 or response.streaming:
        return None
    return next((form for form in forms(response.content.decode()) if form.texts), None)


def _takes_posts(route: Route) -> bool:
    person, values = Person("nobody"), {"referral": "R-1", "request": "E-1", "token": "t"}
    values |= {"package": "0193a2b4-0000-7000-8000-0000000000ff", "ticket": "t"}
    path = next(route.paths(values))
    return person.client.post(path).status_code != 405


def test_naughty_strings_are_kept_or_refused_and_never_run(
    cast: Theirs,
    insiders: list[Visitor],
    naughty: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    faults: list[object] = []
    before, tried, typed = fingerprint(), set(), set()

    people = [each for each in insiders if isinstance(each, Person)]
    people += [half_inside(cast), Person("nobody")]

    for place, door in enumerate(doors(cast, people)):
        tried.add(door.route.name)
        for words in _rounds(door.form.texts, naughty, begin=place * 37):
            typed |= set(words.values())
            with undone():
                faults += [(door.path, *each) for each in _tried(door, words, caplog, before)]

    assert faults == []
    assert {name for name in _posted() if name not in tried} == NO_TEXT
    assert len(typed) == len(set(naughty))


def half_inside(cast: Theirs) -> Person:
    """Return somebody whose password is proven and whose code is not."""
    person = Person("half inside")
    officer = factories.officer(cast.parties.unit)
    typed = {"username": officer.username, "password": factories.PASSWORD}
    person.client.post(reverse("web:sign_in"), typed)
    return person


def _posted() -> set[str]:
    """Return the names of the pages that take a form."""
    return {route.name for route in routes() if not route.is_api and _takes_posts(route)}


def _rounds(texts: list[str], naughty: list[str], *, begin: int) -> Iterator[dict[str, str]]:
    """Yield what is typed, a different string in each box, until every string was typed once.

    A form with few boxes takes its share of the strings; all forms together take all.
    """
    count = max(LEAST_TRIES, min(-(-len(naughty) // len(texts)), MOST_TRIES))
    for number in range(count):
        first = begin + number * len(texts)
        yield {name: naughty[(first + box) % len(naughty)] for box, name in enumerate(texts)}


def _tried(
    door: Door, words: dict[str, str], caplog: pytest.LogCaptureFixture, before: object
) -> Iterator[tuple[object, ...]]:
    caplog.clear()
    response = door.person.client.post(door.path, door.form.filled(words))
    yield from _shown(response, words)
    if response.status_code in {301, 302}:
        page = door.person.client.get(response.headers["location"])
        yield from _shown(page, words)
        return
    if response.status_code >= 400:
        yield from _refused(response, caplog)
    if fingerprint() != before:
        yield ("a page that was shown again has changed something", words)


def _shown(response: HttpResponse, words: dict[str, str]) -> Iterator[tuple[object, ...]]:
    """Yield what is wrong with a page that may show the words."""
    text = response.content.decode()
    if response.status_code >= 500:
        yield (response.status_code, words)
    yield from ((each, words) for each in runs(text))
    for each in words.values():
        if "<" in each and len(each) > 3 and each in text and html.escape(each) != each:
            yield ("echoed as it is", each)


def _refused(
    response: HttpResponse, caplog: pytest.LogCaptureFixture
) -> Iterator[tuple[object, ...]]:
    """Yield what a refusal lacks: what, and why or what to do; a line in the log."""
    refusal = response.context["refusal"]
    if not refusal.what or not (refusal.why or refusal.remedy or refusal.fields):
        yield ("refused without saying why", str(refusal))
    lines = [each for each in caplog.records if each.name == "broker.web"]
    if not lines or lines[0].levelno < logging.WARNING:
        yield ("no line in the log", response.status_code)
