"""Valid things for tests; a test names only what matters to it."""

import base64
import itertools
from datetime import timedelta

import pyotp

from broker.basics.actor import Actor
from broker.basics.clock import now
from broker.crypto.keys import SoftwareKey, fingerprint, generate
from broker.parties.directory import actor_of
from broker.parties.models import (
    Connector,
    ContactPoint,
    KeyForm,
    KeyUse,
    Membership,
    Officer,
    Organisation,
    PartyKey,
)
from referrals.actions.drafting import Draft

PASSWORD = "correct horse battery"
_numbers = itertools.count(1)


def organisation(kind: str = "unit", **facts: object) -> Organisation:
    number = next(_numbers)
    given = {"slug": f"{kind.replace('_', '-')}-{number}", "name": f"{kind.title()} {number}"}
    defaults = {"country": "FR", "zone": "Europe/Paris", "languages": ["fr", "en"]}
    return Organisation.objects.create(kind=kind, **{**defaults, **given, **facts})


def platform(connector: str = Connector.INBOX, address: str = "", **facts: object) -> Organisation:
    made = organisation("platform", **facts)
    ContactPoint.objects.create(
        organisation=made, connector=connector, address=address, languages=["en", "fr"]
    )
    return made


def officer(seat: Organisation, *roles: str, **facts: object) -> Officer:
    number = next(_numbers)
    given = {
        "display_name": f"Officer {number}",
        "service_number": f"FR-{number:05}",
        "totp_secret": pyotp.random_base32(),
    }
    made = Officer.objects.create_officer(f"officer{number}", PASSWORD, **{**given, **facts})
    for role in roles or ("officer",):
        Membership.objects.create(officer=made, organisation=seat, role=role)
    return made


def actor(seat: Organisation, *roles: str) -> Actor:
    """Return a fresh officer with these roles as an actor in `seat`."""
    return actor_of(officer(seat, *roles), seat)


def message_key(owner: Organisation) -> SoftwareKey:
    """Return a new Ed25519 key with which programs of `owner` may sign requests."""
    key = generate("ed25519")
    PartyKey.objects.create(
        organisation=owner,
        use=KeyUse.MESSAGE,
        form=KeyForm.SPKI,
        value=base64.b64encode(key.spki()).decode(),
        sha256=fingerprint(key.spki()),
        valid_from=now() - timedelta(days=1),
        valid_to=now() + timedelta(days=365),
    )
    return key


def draft(to: Organisation, **facts: object) -> Draft:
    """Return what an officer brings for a ten-second order to `to`."""
    given = {
        "instrument": "demo-ten-seconds",
        "platform": to.slug,
        "targets": ["https://video.example/watch?v=1", "https://video.example/watch?v=2"],
        "form": {"A3_reasons": "It calls for violence."},
    }
    return Draft(**{**given, **facts})  # type: ignore[arg-type]
