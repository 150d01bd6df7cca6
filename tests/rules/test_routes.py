"""Every route asks for an actor, or stands in the one list of those that need none.

A view says what it asks for in its attribute `asks_for`: "actor" is set by
broker.web.access.page and by the API's signed views, "capability" by views whose address
itself is the unguessable, expiring permission, "nobody" by the public ones.
"""

from collections.abc import Iterable, Iterator

import pytest
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, path
from django.views import View

# The name of every route that asks for no actor, and why.
PUBLIC: dict[str, str] = {
    "api:schema": "clients are made from the description, which holds no case",
    "api:problem": "what a kind of problem means is the same for everyone",
    "api:unknown": "it answers every address at which there is nothing",
    "health:live": "load balancers ask without an account",
    "health:ready": "load balancers ask without an account and see no case",
    "web:sign_in": "whoever signs in is not known yet",
    "web:second_step": "the password is proven but the officer is not signed in yet",
    "web:sign_out": "an officer without a seat must be able to leave",
    "web:choose_seat": "the officer is signed in but has no seat yet",
}


def routes(patterns: Iterable[URLPattern | URLResolver], space: str = "") -> Iterator[tuple]:
    """Yield (name with its namespaces, or else its pattern; view) for every route."""
    for entry in patterns:
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from routes(entry.url_patterns, inner)
        else:
            yield f"{space}{entry.name or entry.pattern}", entry.callback


def asks_for(view: object) -> str:
    """Return what the view asks for, whether it is a function, a class or a REST view."""
    for part in (view, getattr(view, "view_class", None), getattr(view, "cls", None)):
        if said := getattr(part, "asks_for", ""):
            return str(said)
    return ""


def faults_in(patterns: Iterable[URLPattern | URLResolver], public: Iterable[str]) -> Iterator[str]:
    open_to_all = set(public)
    seen = set()
    for name, view in routes(patterns):
        seen.add(name)
        said = asks_for(view)
        if said not in {"actor", "capability", "nobody"}:
            yield f"{name}: does not say whom it asks for"
        elif (said == "nobody") != (name in open_to_all):
            yield f"{name}: asks for {said}, and the list of public routes says otherwise"
    yield from (f"{name}: is listed as public and does not exist" for name in open_to_all - seen)


def test_every_route_asks_for_an_actor_or_is_a_named_exception():
    assert list(faults_in(get_resolver().url_patterns, PUBLIC)) == []


def test_every_exception_has_its_reason():
    assert all(len(reason.split()) >= 3 for reason in PUBLIC.values())


def _unmarked(_request: object) -> HttpResponse:
    return HttpResponse()


class _Public(View):
    asks_for = "nobody"


@pytest.mark.parametrize(
    ("pattern", "public", "words"),
    [
        (path("a", _unmarked, name="a"), (), "a: does not say whom it asks for"),
        (path("a", _Public.as_view(), name="a"), (), "a: asks for nobody"),
        (path("a", _Public.as_view(), name="a"), ("a", "b"), "b: is listed as public"),
    ],
)
def test_a_route_open_by_mistake_is_found(pattern, public, words):
    [fault] = faults_in([pattern], public)

    assert fault.startswith(words)
