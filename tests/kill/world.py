"""One run: the programs of an installation, and the programs of the parties around it."""

import json
import random
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from broker.client.broker_client import BrokerClient
from broker.crypto.keys import load_pem
from tests.kill import place
from tests.kill.children import Child, House, module, run
from tests.kill.parties import Answering, MoodyListener, Patience, listener, watch_inbox

PARTIES = ("unit", "webhook", "inbox")
_READY_WITHIN_S = 90.0


@dataclass
class World:
    """What a run needs; clients, answering and listeners are named by party."""

    house: House
    environment: dict[str, str]
    folder: Path
    patience: Patience
    clients: dict[str, BrokerClient] = field(default_factory=dict)
    answering: dict[str, Answering] = field(default_factory=dict)
    listeners: dict[str, MoodyListener] = field(default_factory=dict)
    told_to_stop: threading.Event = field(default_factory=threading.Event)

    def close(self) -> None:
        self.told_to_stop.set()
        self.patience.end()
        for each in self.answering.values():
            each.close()
        self.house.stop()
        for one in self.listeners.values():
            one.stop()
        for client in self.clients.values():
            client.http.close()


@contextmanager
def installed(server: str, folder: Path, *, seed: int, until: float) -> Iterator[World]:
    """Yield a broker on a new database of `server` that is up, and its parties; end them all.

    `until` (monotonic seconds) is when every retry of the parties gives up.
    The settings' data folder is the installation's by now: programs are made from them.
    """
    web, redis, *hooks = place.free_ports(4)
    addresses = dict(zip(("webhook", "unit"), map(_hook, hooks), strict=True))
    host, data = f"127.0.0.1:{web}", folder / "data"
    with place.database(server) as url:
        environment = place.environment(database_url=url, data=data, web=web, redis=redis)
        seeded = json.loads(
            run("tests.kill.seeding", *addresses.values(), environment=environment, within_s=120)
        )
        chance = random.Random(seed)
        house = place.house(data, environment, web=web, redis=redis, chance=chance)
        house.children.append(_supervisor(data, environment))
        world = World(house, environment, folder, Patience(until))
        try:
            house.start()
            took_s = _await_ready(f"http://{host}/health/ready", house)
            house.pace_s = min(max(2.0, took_s), 15.0)
            _open(world, seeded, addresses, seed)
            yield world
        finally:
            world.close()


def _await_ready(address: str, house: House) -> float:
    """Return the seconds until the broker first said that it is ready."""
    began = time.monotonic()
    while time.monotonic() - began < _READY_WITHIN_S:
        with suppress(httpx.HTTPError):
            if httpx.get(address, trust_env=False).status_code == httpx.codes.OK:
                return time.monotonic() - began
        house.tend()
        time.sleep(0.1)
    raise AssertionError(f"the broker was not ready within {_READY_WITHIN_S} s")


def _hook(port: int) -> str:
    return f"http://127.0.0.1:{port}/in"


def _supervisor(data: Path, environment: dict[str, str]) -> Child:
    words = module("tests.kill.approving")
    return Child("supervisor", words, environment, data / "supervisor.log", spared=True)


def _open(
    world: World,
    seeded: Mapping[str, str],
    addresses: Mapping[str, str],
    seed: int,
) -> None:
    """Let the parties' programs begin: clients, receivers, and the reader of the inbox."""
    for name in PARTIES:
        key = load_pem(seeded[name].encode())
        base = world.environment["BROKER_PUBLIC_URL"]
        world.clients[name] = BrokerClient(base, key, timeout_s=15.0)
        world.answering[name] = Answering(world.clients[name], world.patience)
    for number, (name, address) in enumerate(addresses.items()):
        hear = world.answering[name].hear
        one = listener(address, seeded, name, hear=hear, folder=world.folder, seed=seed + number)
        one.start()
        world.listeners[name] = one
    inbox = (world.clients["inbox"], world.answering["inbox"], world.told_to_stop)
    threading.Thread(target=watch_inbox, args=inbox, daemon=True).start()
