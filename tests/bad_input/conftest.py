"""A cast of both kinds of business with cases at every state, and the naughty strings."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction

from tests.sight.visitors import Machine
from tests.sight.world import Theirs, Visitor, fill, theirs, visitors


@pytest.fixture(autouse=True)
def _nothing_counted(settings: Any) -> None:
    """Give a test its own cache: attempts that others made are not counted here."""
    backend = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "bad input"}}
    cache.clear()


@pytest.fixture(scope="session")
def naughty(shared_data: Path) -> list[str]:
    """Return the big list of naughty strings, without those that are empty."""
    text = (shared_data / "hostile" / "blns" / "blns.json").read_text(encoding="utf-8")
    return [each for each in json.loads(text) if each.strip()]


@pytest.fixture
def cast(db: None, tmp_path: Path) -> Theirs:
    made = theirs()
    fill(made, tmp_path)
    return made


@pytest.fixture
def insiders(cast: Theirs) -> list[Visitor]:
    """Return everybody who has a part in the cases, each with a session or a key."""
    parties = cast.parties
    return visitors(
        {
            "unit": parties.unit,
            "platform": parties.platform,
            "prosecution": parties.prosecution,
            "court": parties.court,
            "enforcing_authority": parties.authority,
        }
    )


@pytest.fixture
def machines(insiders: list[Visitor]) -> list[Machine]:
    return [each for each in insiders if isinstance(each, Machine)]


@contextmanager
def undone() -> Iterator[None]:
    """Undo whatever the block does, so that the next try meets the same cases."""
    attempt = transaction.atomic()
    # As Django's own tests do: an act within it may still be durable.
    attempt._from_testcase = True
    with attempt:
        yield
        transaction.set_rollback(True)
