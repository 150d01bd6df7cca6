"""What a platform or a prosecutor installs runs without Django, Celery and the REST framework."""

import subprocess
import sys
import tomllib

import pytest

from tests.rules import house

FORBIDDEN = ("django", "celery", "rest_framework")
CONTRACT = "Pure rooms know neither Django nor the network"


def pure_rooms() -> list[str]:
    """Return the rooms that the import contract in pyproject.toml names."""
    with (house.ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    return next(one["source_modules"] for one in contracts if one["name"] == CONTRACT)


def modules_of(room: str) -> list[str]:
    names = [house.module_name(path) for path in house.product_files()]
    return [name for name in names if name == room or name.startswith(f"{room}.")]


def loaded_by(*statements: str) -> str:
    """Run `statements` in a Python of its own; return which forbidden packages that loaded."""
    tell = f"print(*(name for name in {FORBIDDEN} if name in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(["import sys", *statements, tell])],
        cwd=house.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("room", pure_rooms())
def test_a_pure_room_imports_without_django(room):
    modules = modules_of(room)

    assert modules, f"The contract names {room}, which does not exist."
    assert loaded_by(*(f"import {module}" for module in modules)) == ""


def test_a_room_that_needs_django_is_found():
    assert loaded_by("import django") == "django"
