"""The locks hold what pyproject.toml asks for, by hash, and agree with each other."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.rules import house

SERVER = Path("deploy/requirements.lock")
DEVELOPER = Path("deploy/requirements-dev.lock")


def locked(text: str) -> dict[str, str]:
    """Return name to version for every package of a lock."""
    pins = re.findall(r"^([\w.-]+)(?:\[[^]]*\])?==([^\s;\\]+)", text, re.MULTILINE)
    return {canonicalize_name(name): version for name, version in pins}


def asked_for() -> tuple[list[str], list[str]]:
    """Return what the server asks for, and what developers ask for beside it."""
    project = tomllib.loads(house.text_of(Path("pyproject.toml")))
    server = project["project"]["dependencies"]
    server += project["project"]["optional-dependencies"]["server"]
    return server, project["dependency-groups"]["dev"]


def missing(requirements: Iterable[str], pins: dict[str, str]) -> Iterator[str]:
    for requirement in map(Requirement, requirements):
        version = pins.get(canonicalize_name(requirement.name))
        if version is None:
            yield f"{requirement.name} is not locked; run deploy/relock"
        elif not requirement.specifier.contains(version, prereleases=True):
            yield f"{requirement.name} is locked at {version}, not {requirement.specifier}"


def loose_lines(text: str) -> Iterator[str]:
    """Yield every package line of a lock that pins nothing or carries no hash."""
    for entry in re.sub(r"\\\n", " ", text).splitlines():
        words = entry.split("#")[0].strip()
        if words and ("==" not in words or "--hash=sha256:" not in words):
            yield f"{words[:60]}: not pinned by version and hash"
        if "://" in words:
            yield f"{words[:60]}: names an address"


def test_the_server_lock_holds_what_the_server_asks_for():
    server, _ = asked_for()

    assert list(missing(server, locked(house.text_of(SERVER)))) == []


def test_the_developers_lock_holds_everything():
    server, dev = asked_for()

    assert list(missing([*server, *dev], locked(house.text_of(DEVELOPER)))) == []


def test_both_locks_agree():
    server, dev = (locked(house.text_of(path)) for path in (SERVER, DEVELOPER))

    assert {name: dev.get(name) for name in server} == server


@pytest.mark.parametrize("path", [SERVER, DEVELOPER])
def test_every_package_is_pinned_by_hash(path):
    assert list(loose_lines(house.text_of(path))) == []


@pytest.mark.parametrize(
    ("requirement", "words"),
    [("celery>=5", "is not locked"), ("django>=7", "is locked at 6.1.3, not >=7")],
)
def test_a_package_that_is_not_locked_is_found(requirement, words):
    [fault] = missing([requirement], locked("django==6.1.3 \\\n    --hash=sha256:0\n"))

    assert words in fault


@pytest.mark.parametrize(
    "line", ["django>=6", "django==6.1.3", "django @ https://host/django.whl --hash=sha256:0 =="]
)
def test_a_loose_line_is_found(line):
    assert list(loose_lines(line))
