"""A world of parties for the tests of requests and packages."""

import pytest

from tests.evidence.world import World, make_world


@pytest.fixture
def world(db: None, settings, tmp_path_factory) -> World:
    """Parties with keys in a keys' folder that all tests of the run share."""
    return make_world()
