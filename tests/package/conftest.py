"""Kits and folders for tests of packages."""

import pytest

from broker.crypto import age
from tests.package.sealing_kit import make_kit


@pytest.fixture(scope="session")
def kit():
    return make_kit()


@pytest.fixture(scope="session")
def hybrid_kit():
    return make_kit(age.HybridIdentity)


@pytest.fixture
def folder(tmp_path):
    """Return an empty folder to fill and seal."""
    (tmp_path / "evidence").mkdir()
    return tmp_path / "evidence"


@pytest.fixture
def out(tmp_path):
    (tmp_path / "out").mkdir()
    return tmp_path / "out"
