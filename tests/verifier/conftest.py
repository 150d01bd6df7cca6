"""The world of the verifier's tests; keys are made once."""

import pytest

from broker.crypto import age
from tests.verifier.forge import Forge
from tests.verifier.world import World


@pytest.fixture(scope="session")
def world():
    """Parties with classic keys: quick to make and open."""
    return World(kind=age.X25519Identity)


@pytest.fixture(scope="session")
def good(world):
    """The bytes of a good package."""
    return Forge(world).build()
