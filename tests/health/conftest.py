"""What tests of the Pulse share with those of the courier."""

from tests.courier.conftest import receiver

__all__ = ["receiver"]
