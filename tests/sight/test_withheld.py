"""No route reveals a withheld package to the issuing side.

Every route is walked as prosecutor and judge of the case, before the package comes and after.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest

from broker.basics.clock import frozen, now
from evidence.models import Package, Request
from tests.evidence import world as worlds
from tests.evidence.world import World, make_world
from tests.sight.routes import OF_THE_ENGINE, routes
from tests.sight.visitors import Answer
from tests.sight.world import MADE_UP, Visitor, package_words, visitors

pytestmark = pytest.mark.django_db(transaction=True)

type Seen = dict[tuple[str, str, str], Answer]


@dataclass
class Scene:
    """A case with a withheld package, a twin without one, and what the issuing side saw before."""

    request: Request
    twin: Request
    package: Package
    issuing_side: list[Visitor]
    before: Seen


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    world, at = make_world(), now() + timedelta(minutes=5)
    request, twin = worlds.content_request(world), worlds.content_request(world)
    issuing_side = _issuing_side(world)
    with frozen(at):
        before = looked(issuing_side, {"request": request.reference})
    package = worlds.deposited(world, request, tmp_path)
    with frozen(at):
        yield Scene(request, twin, package, issuing_side, before)


def _issuing_side(world: World) -> list[Visitor]:
    return visitors({"prosecution": world.prosecution, "court": world.court})


def looked(visitors: list[Visitor], things: dict[str, str]) -> Seen:
    """Return what each visitor gets at every route for the case, and at every list."""
    return {
        (visitor.name, visitor.face, path): visitor.send("GET", path, {})
        for route in routes()
        if route.name not in OF_THE_ENGINE
        for path in route.paths(things)
        for visitor in visitors
    }


def test_every_answer_to_the_issuing_side_stays_the_same(scene: Scene) -> None:
    after = looked(scene.issuing_side, {"request": scene.request.reference})

    words = package_words(scene.package)
    moved = {key: scene.before[key].moved(answer) for key, answer in after.items()}
    told = {key: [word for word in words if word in answer.text] for key, answer in after.items()}
    assert {key: lines for key, lines in moved.items() if lines} == {}
    assert {key: found for key, found in told.items() if found} == {}
    assert len(after) > 80


def test_its_own_addresses_are_those_of_no_package(scene: Scene) -> None:
    theirs = {"request": scene.request.reference, "package": str(scene.package.id)}
    theirs["ticket"] = MADE_UP["ticket"]
    none = {**theirs, "package": MADE_UP["package"]}
    differing = []

    for route in (each for each in routes() if "package" in each.parameters):
        for path, made_up in zip(route.paths(theirs), route.paths(none), strict=True):
            for method, visitor in product(("GET", "POST"), scene.issuing_side):
                got = visitor.send(method, path, {}).without(theirs)
                if got != visitor.send(method, made_up, {}).without(none):
                    differing.append((method, path, visitor.name, got.status))

    assert differing == []


def test_every_step_answers_as_it_would_without_the_package(scene: Scene) -> None:
    words, faults = package_words(scene.package), []
    things = [{"request": case.reference} for case in (scene.request, scene.twin)]
    members = {"reason": "No longer needed.", "text": "See above.", "outcome": "refused"}

    for route in (each for each in routes() if each.things == {"reference": "request"}):
        for path, twin in zip(*(route.paths(each) for each in things), strict=True):
            for visitor in scene.issuing_side:
                got = visitor.send("POST", path, members)
                if got.status != visitor.send("POST", twin, members).status:
                    faults.append((path, visitor.name, visitor.face, got.status))
                faults += [(path, visitor.name, word) for word in words if word in got.text]

    assert faults == []
