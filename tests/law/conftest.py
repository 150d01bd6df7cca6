"""The bytes of a small sound instrument, for tests that break or amend it."""

import pytest

from broker.law.catalogue import FOLDER


@pytest.fixture
def demo_toml() -> bytes:
    return (FOLDER / "demo-ten-seconds.toml").read_bytes()
