"""A broker with one platform, reached through the real API without a network."""

import httpx
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from broker.access.acting import acting
from broker.basics import rows
from broker.basics.actor import SYSTEM
from broker.client.broker_client import BrokerClient
from broker.courier.models import Dispatch
from broker.courier.post import dispatch_for
from broker.crypto.keys import SigningKey, generate
from broker.ledger.append import Subject
from broker.parties.models import Connector, ContactPoint, Organisation, OrganisationKind
from tests.api.conftest import register

ABOUT = Subject("referral", "0198d3a4-0000-7000-8000-000000000001")


@pytest.fixture
def key() -> SigningKey:
    return generate("ed25519")


@pytest.fixture
def platform(db: None, key: SigningKey) -> Organisation:
    organisation = Organisation.objects.create(
        slug="tube", name="Tube", kind=OrganisationKind.PLATFORM
    )
    register(organisation, key)
    return organisation


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def client_of(key, pauses):
    """Make a client whose transport and pauses a test holds in hand."""

    def make(transport: httpx.BaseTransport | None = None, url: str = "http://testserver"):
        return BrokerClient(url, key, transport=transport, sleep=pauses.append, timeout_s=5.0)

    return make


@pytest.fixture
def application():
    """The Django application as a transport that stays on the test's own connection."""
    for news in (request_started, request_finished):
        news.disconnect(close_old_connections)
    yield httpx.WSGITransport(app=WSGIHandler())
    for news in (request_started, request_finished):
        news.connect(close_old_connections)


@pytest.fixture
def broker(platform, client_of, application):
    """The platform's client, wired to the Django application itself."""
    with client_of(application) as client:
        yield client


def posted(
    organisation: Organisation, *, reference: str = "R-1", kind: str = "referral.order"
) -> Dispatch:
    point, _ = ContactPoint.objects.get_or_create(
        organisation=organisation, connector=Connector.INBOX
    )
    with acting(SYSTEM):
        dispatch = dispatch_for(
            kind=kind,
            subject=ABOUT,
            reference=reference,
            recipient=point,
            body={"order": {"n": 1}},
        )
        rows.insert(dispatch)
    return dispatch
