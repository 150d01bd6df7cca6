"""Who takes part in a bench."""

import base64
from datetime import timedelta

from broker.basics.clock import now
from broker.crypto.keys import SigningKey, fingerprint, generate
from broker.parties.models import (
    Connector,
    ContactPoint,
    KeyForm,
    KeyUse,
    Organisation,
    OrganisationKind,
    PartyKey,
)


def unit(number: int = 0) -> Organisation:
    """Return a police unit that reads its post in the API inbox."""
    return _organisation(f"bench-unit-{number}", OrganisationKind.UNIT)


def platform() -> Organisation:
    return _organisation("bench-platform", OrganisationKind.PLATFORM)


def _organisation(slug: str, kind: OrganisationKind) -> Organisation:
    made = Organisation.objects.create(slug=slug, name=slug, kind=kind, country="FR")
    ContactPoint.objects.create(organisation=made, connector=Connector.INBOX)
    return made


def message_key(owner: Organisation) -> SigningKey:
    """Return a new Ed25519 key that signs requests of `owner`."""
    key = generate("ed25519")
    PartyKey.objects.create(
        organisation=owner,
        use=KeyUse.MESSAGE,
        form=KeyForm.SPKI,
        value=base64.b64encode(key.spki()).decode(),
        sha256=fingerprint(key.spki()),
        valid_from=now() - timedelta(days=1),
        valid_to=now() + timedelta(days=1),
    )
    return key
