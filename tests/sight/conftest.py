"""Ground of the walks: nothing that other tests keep in the shared cache shows in an answer."""

from typing import Any

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _cache_of_its_own(settings: Any) -> None:
    """Give a test its own cache: signs of life and counted attempts of others would show."""
    backend = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "sight"}}
    cache.clear()
