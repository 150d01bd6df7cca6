"""Officers with seats, and a clean count of attempts."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pyotp
import pytest
from django.core.cache import cache
from django.test import Client

from broker.parties.models import Membership, Officer, Organisation

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
PASSWORD = "a long and quiet password"


@pytest.fixture(autouse=True)
def _nothing_counted() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def unit(db) -> Organisation:
    return Organisation.objects.create(
        slug="ocsr",
        name="Office central, section référence",
        kind="unit",
        country="FR",
        zone="Europe/Paris",
        languages=["fr"],
    )


@pytest.fixture
def seated(db) -> Callable[..., Officer]:
    """Return a maker of officers: seated(organisation, role="officer", username="ada")."""

    def make(*organisations: Organisation, role: str = "officer", username: str = "ada") -> Officer:
        officer = Officer.objects.create_officer(
            username,
            PASSWORD,
            display_name=f"{username.title()} Example",
            service_number=f"SN-{username}",
            totp_secret=pyotp.random_base32(),
        )
        for organisation in organisations:
            Membership.objects.create(
                officer=officer, organisation=organisation, role=role, since=LONG_AGO
            )
        return officer

    return make


@pytest.fixture
def officer(seated, unit) -> Officer:
    return seated(unit)


@pytest.fixture
def inside(client: Client, officer: Officer) -> Client:
    client.force_login(officer)
    return client
