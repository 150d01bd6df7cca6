"""Killing any process at any moment changes only lateness: two hundred journeys in a storm.

web, two workers, beat and a Redis of the test's own are killed outright (SIGKILL) at random
moments, on PostgreSQL, while a unit files, platforms take in and answer, and clocks run out.
"""

import json
import random
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.kill.children import House, run
from tests.kill.parties import Journey, Plan, Unit
from tests.kill.world import World, installed

pytestmark = [pytest.mark.kill, pytest.mark.postgres]

SEED = 20261124
STORM_S, CALM_S = 70.0, 150.0
KILLS_EACH = 3
FILERS = 12
_ANSWERS = {Plan.WHOLE: 1, Plan.PARTS: 2, Plan.SILENT: 0}


def journeys(chance: random.Random) -> list[Journey]:
    """Return 200 journeys in random order; nobody answers twenty of them."""
    kinds = [(Plan.SILENT, True, "webhook")] * 20 + [(Plan.WHOLE, True, "webhook")] * 20
    kinds += [(Plan.WHOLE, False, "webhook")] * 80 + [(Plan.PARTS, False, "webhook")] * 30
    kinds += [(Plan.WHOLE, False, "inbox")] * 50
    made = [Journey(number, *kind) for number, kind in enumerate(kinds)]
    chance.shuffle(made)
    return made


@pytest.fixture
def world(settings: Any, tmp_path: Path) -> Iterator[World]:
    if not settings.DATABASE_URL:
        pytest.skip("needs PostgreSQL: set DATABASE_URL")
    if shutil.which("redis-server") is None:
        pytest.skip("needs redis-server, to start one of its own")
    settings.DATA = tmp_path / "data"
    settings.DATA.mkdir()
    until = time.monotonic() + STORM_S + CALM_S + 60
    with installed(settings.DATABASE_URL, tmp_path, seed=SEED, until=until) as made:
        yield made


def test_killing_any_process_at_any_moment_changes_only_lateness(world: World) -> None:
    began, chance = time.monotonic(), random.Random(SEED)
    all_of_them = journeys(chance)
    unit = Unit(world.clients["unit"], chance, world.patience)

    with ThreadPoolExecutor(FILERS) as pool:
        travelling = set_out(pool, unit, all_of_them)
        storm(world.house, lambda: all(each.done() for each in travelling))
    stormed_s = time.monotonic() - began
    report = judged(world, all_of_them)

    tell(world, unit, report, stormed_s, time.monotonic() - began)
    assert [str(each.exception()) for each in travelling if each.exception()] == []
    assert [fault for each in world.answering.values() for fault in each.faults] == []
    assert report["faults"] == []
    for name in ("webhook", "unit"):
        assert world.answering[name].heard == Counter(report["facts"][name])


def set_out(pool: ThreadPoolExecutor, unit: Unit, ones: list[Journey]) -> list[Future[str]]:
    """Let the journeys begin one after the other, spread over the storm."""
    began = time.monotonic()

    def travel(place: int, journey: Journey) -> str:
        time.sleep(max(0.0, began + place * STORM_S / len(ones) - time.monotonic()))
        return unit.travel(journey)

    return [pool.submit(travel, place, one) for place, one in enumerate(ones)]


def storm(house: House, is_over: Callable[[], bool]) -> None:
    """Kill and start again until all journeys are on their way and each was killed enough."""
    until = time.monotonic() + STORM_S + CALM_S
    while time.monotonic() < until:
        if is_over() and min(house.kills().values()) >= KILLS_EACH:
            break
        calm_until = time.monotonic() + house.pace_s * house.chance.uniform(0.1, 0.9)
        while time.monotonic() < calm_until:
            house.tend()
            time.sleep(0.1)
        house.kill_one()


def judged(world: World, ones: list[Journey]) -> dict[str, Any]:
    """Keep the house running until it has come to rest, and return what the judge says."""
    expected = {
        "journeys": [one.number for one in ones],
        "sends": sum(one.binding for one in ones),
        "answers": sum(_ANSWERS[one.plan] for one in ones),
    }
    path = world.folder / "expected.json"
    path.write_text(json.dumps(expected))
    with ThreadPoolExecutor(1) as pool:
        words = ("tests.kill.judging", str(path), str(CALM_S))
        judging = pool.submit(run, *words, environment=world.environment, within_s=CALM_S + 60)
        while not judging.done():
            world.house.tend()
            time.sleep(0.2)
        report: dict[str, Any] = json.loads(judging.result())
    return report


def tell(
    world: World, unit: Unit, report: dict[str, Any], stormed_s: float, whole_s: float
) -> None:
    """Print what was killed, and what it cost."""
    kills = world.house.kills()
    moods = sum((one.moods for one in world.listeners.values()), Counter[str]())
    facts = {name: fact for name, fact in report["facts"].items() if isinstance(fact, int)}
    lines = [
        f"killed {sum(kills.values())} times: {kills}",
        f"ended by themselves: {dict(world.house.ended)}; repeated requests: {unit.repeated}",
        f"receivers: {dict(moods)}",
        f"in the end: {facts}",
        f"pace {world.house.pace_s:.1f} s, storm {stormed_s:.0f} s, until at rest {whole_s:.0f} s",
    ]
    sys.stdout.write("\n".join(["", *lines, ""]))
