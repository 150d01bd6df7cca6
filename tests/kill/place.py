"""An installation of its own for one test: database, Redis, ports, folders, programs."""

import os
import random
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from broker.management import programs
from tests.kill.children import ROOT, Child, House, command, module

WORKERS = 2


@contextmanager
def database(url: str) -> Iterator[str]:
    """Yield the URL of a new database on the server of `url`; drop it at the end."""
    name = f"kill_{secrets.token_hex(6)}"
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        finally:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def free_ports(count: int) -> list[int]:
    """Return ports on which nothing listens now."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


def environment(*, database_url: str, data: Path, web: int, redis: int) -> dict[str, str]:
    """Return the environment of every program of the installation."""
    left_out = {"SEALS_DATABASE_URL", "BROKER_TEST_DB", "BROKER_SECRET_KEY"}
    return {
        **{name: value for name, value in os.environ.items() if name not in left_out},
        "DJANGO_SETTINGS_MODULE": "broker.settings",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "BROKER_MODE": "test",
        "BROKER_DATA": str(data),
        "BROKER_PUBLIC_URL": f"http://127.0.0.1:{web}",
        "BROKER_LOG_ORIGIN": "kill.example/log",
        "BROKER_ALLOW_LOOPBACK": "1",
        "DATABASE_URL": database_url,
        "BROKER_URL": f"redis://127.0.0.1:{redis}/0",
        "REDIS_URL": f"redis://127.0.0.1:{redis}/1",
    }


def house(
    data: Path, environment: dict[str, str], *, web: int, redis: int, chance: random.Random
) -> House:
    """Return web, two workers with Pulse, beat and Redis, none of them started."""
    (data / "redis").mkdir()
    keeps_nothing = ("--save", "", "--appendonly", "no", "--dir", str(data / "redis"))
    words = {
        "redis": command(
            "redis-server", "--bind", "127.0.0.1", "--port", str(redis), *keeps_nothing
        ),
        "web": _module(programs.web(f"127.0.0.1:{web}", workers=1)),
        "beat": _module(programs.beat()),
    }
    for number in range(1, WORKERS + 1):
        name = f"worker-{number}"
        words[name] = [*_module(programs.worker(1)), "--hostname", f"{name}@kill"]
    children = [
        Child(name, each, environment, data / f"{name}.log") for name, each in words.items()
    ]
    return House(children, chance)


def _module(program: programs.Program) -> list[str]:
    return module(program.module, *program.words)
