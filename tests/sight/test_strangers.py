"""Strangers cannot see, count or guess each other's cases by any route of portal or API.

Every route of the URLconf is walked, with every case of theirs, by everyone of ours.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
from django.urls import reverse

from broker.basics.clock import frozen, now
from broker.clocks.models import Alert
from broker.clocks.sweep import sweep_once as ring
from broker.courier.models import Dispatch
from broker.parties.models import Organisation
from tests.sight.bodies import BODIES, FORM
from tests.sight.fingerprint import fingerprint
from tests.sight.routes import OF_THE_ENGINE, Route, routes
from tests.sight.visitors import Answer
from tests.sight.world import (
    MADE_UP,
    Theirs,
    Visitor,
    fill,
    fill_some,
    nobody,
    ours,
    theirs,
    visitors,
)

pytestmark = pytest.mark.django_db(transaction=True)

SHARE = 3
OTHER_METHODS = ("PUT", "PATCH", "DELETE", "OPTIONS")
# Where something that is nobody's is judged before the case is looked for.
JUDGED_FIRST = {"evidence:content": {403}, "evidence:api_upload": {412}}


@dataclass
class Scene:
    their: Theirs
    strangers: list[Visitor]
    nobody: list[Visitor]
    unit: Organisation
    lists_before: dict[tuple[str, str, str], Answer]

    def everyone(self) -> list[Visitor]:
        return [*self.strangers, *self.nobody]


def test_every_route_can_be_walked() -> None:
    assert {route.name: route.unfilled() for route in routes() if route.unfilled()} == {}
    assert len(routes()) > 40


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Our strangers, what they saw while there was no case, then theirs at every state."""
    yield from _set_up(tmp_path, fill)


@pytest.fixture
def small_scene(tmp_path: Path) -> Iterator[Scene]:
    """The same with a few cases of theirs."""
    yield from _set_up(tmp_path, fill_some)


def _set_up(folder: Path, fill: Callable[[Theirs, Path], None]) -> Iterator[Scene]:
    their, at = theirs(), now() + timedelta(minutes=5)
    seats = ours()
    strangers = visitors(seats)
    with frozen(at):
        lists_before = dict(lists(strangers))
    fill(their, folder)
    with frozen(at):
        yield Scene(their, strangers, nobody(), seats["unit"], lists_before)


def lists(visitors: list[Visitor]) -> Iterator[tuple[tuple[str, str, str], Answer]]:
    """Yield what each visitor gets at every route that names nobody's thing."""
    for route in routes():
        if route.things or route.name in OF_THE_ENGINE:
            continue
        for path in route.paths({}):
            asking = visitors if route.asks_for == "actor" else visitors[:1]
            for visitor in asking:
                key = (visitor.name, visitor.face, path)
                yield key, visitor.send("GET", path, {})


def probes(their: Theirs) -> dict[str, list[tuple[dict[str, str], str]]]:
    """Return for each route what of theirs it can be asked for, and at which address."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for things in their.things():
        for route in (each for each in routes() if each.things):
            for path in route.paths(things):
                named = {kind: things[kind] for kind in route.things.values()}
                found.setdefault(route.name, {})[path] = named
    return {name: [(named, path) for path, named in each.items()] for name, each in found.items()}


def share[T](ones: list[T], place: int, *, size: int) -> list[T]:
    """Return the share of the visitor at `place`; together they take all of `ones`."""
    return [ones[(place * size + step) % len(ones)] for step in range(min(size, len(ones)))]


def reveals(answer: Answer, their: Theirs) -> set[str]:
    return {word for word in their.secrets() if word in answer.text}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_theirs_and_what_never_was_look_the_same(scene: Scene, method: str) -> None:
    before, secrets, every = fingerprint(), scene.their.secrets(), probes(scene.their)
    faults: list[object] = []
    asked = set()

    for route in (each for each in routes() if each.things):
        [made_up] = route.paths(MADE_UP)
        members = BODIES.get(route.name, {}) if route.is_api else FORM
        for place, visitor in enumerate(scene.everyone()):
            nothing = visitor.send(method, made_up, members).without(MADE_UP)
            faults += _strange(route, visitor, nothing)
            for things, path in share(every.get(route.name, []), place, size=_size(route, visitor)):
                asked.add(path)
                got = visitor.send(method, path, members).without(things)
                told = {word for word in secrets if word in got.text}
                if got != nothing or told:
                    faults.append((method, path, visitor.name, visitor.face, got.status, told))

    assert faults == []
    assert fingerprint() == before
    assert asked == {path for each in every.values() for _, path in each}


def _size(route: Route, visitor: Visitor) -> int:
    """Return how many of theirs a visitor tries: one where the wrong face is sent away at once."""
    return SHARE if visitor.is_known and (visitor.face == "api") == route.is_api else 1


def _strange(route: Route, visitor: Visitor, answer: Answer) -> list[object]:
    """Return a fault unless a stranger is told 404, and nobody is sent to the door."""
    wanted = {404, 405}
    if not visitor.is_known or (visitor.face == "api") != route.is_api:
        wanted |= {302, 401}
    wanted |= JUDGED_FIRST.get(route.name, set())
    return [] if answer.status in wanted else [(route.name, visitor.name, answer.status)]


def test_lists_and_counts_do_not_move_with_the_cases_of_others(scene: Scene) -> None:
    after = dict(lists(scene.strangers))

    moved = {
        key: scene.lists_before[key].moved(answer)
        for key, answer in after.items()
        if answer != scene.lists_before[key]
    }
    told = {key: found for key, answer in after.items() if (found := reveals(answer, scene.their))}

    assert moved == {}
    assert told == {}


def test_no_other_method_opens_anything(small_scene: Scene) -> None:
    scene = small_scene
    before, secrets, every = fingerprint(), scene.their.secrets(), probes(scene.their)
    comers, faults = [*visitors({"unit": scene.unit}), *scene.nobody], []

    for route in routes():
        addresses = [({}, path) for path in route.paths({})] or every.get(route.name, [])
        for method, (things, path) in product(OTHER_METHODS, addresses[:1]):
            for visitor in (each for each in comers if (each.face == "api") == route.is_api):
                got = visitor.send(method, path, FORM).without(things)
                if (got.status < 300 and method != "OPTIONS") or {
                    word for word in secrets if word in got.text
                }:
                    faults.append((method, path, visitor.name, got.status))

    assert faults == []
    assert fingerprint() == before


def test_ids_of_theirs_in_a_body_are_ids_of_nothing(small_scene: Scene) -> None:
    with frozen(now() + timedelta(hours=1)):
        ring()
    dispatch = str(Dispatch.objects.filter(receipt_at=None).values_list("id", flat=True)[0])
    alert = str(Alert.objects.values_list("id", flat=True)[0])
    seat = str(small_scene.their.parties.unit.id)
    before, made_up = fingerprint(), MADE_UP["package"]
    bodies: list[tuple[str, str, Callable[[str], dict[str, object]]]] = [
        ("api:inbox", dispatch, lambda each: {"dispatches": [each]}),
        ("desk:acknowledge", alert, lambda each: {"alert": each}),
        ("web:choose_seat", seat, lambda each: {"organisation": each}),
    ]

    for visitor, (name, their_id, body) in product(small_scene.everyone(), bodies):
        path = reverse(name)
        got = visitor.send("POST", path, body(their_id)).without({"id": their_id})
        assert got == visitor.send("POST", path, body(made_up)).without({"id": made_up})

    assert fingerprint() == before


def test_the_overseer_changes_nothing(small_scene: Scene) -> None:
    scene = small_scene
    watchers = visitors({"overseer": scene.their.parties.overseer})
    before, faults = fingerprint(), []

    for name, addresses in probes(scene.their).items():
        members = {**FORM, **BODIES.get(name, {})}
        for place, visitor in enumerate(watchers):
            for _, path in share(addresses, place, size=SHARE):
                status = visitor.send("POST", path, members).status
                if status < 400 and status != 302:
                    faults.append((path, visitor.face, status))

    assert faults == []
    assert fingerprint() == before
