"""Founds an installation: its first unit, and the person who administers it."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import available_timezones

import pyotp
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from broker.access.acting import acting
from broker.access.roles import Role
from broker.basics.actor import SYSTEM
from broker.basics.clock import now
from broker.basics.errors import Conflict, Invalid
from broker.crypto.keys import fingerprint
from broker.ledger.append import Event, Subject, append
from broker.parties.models import (
    KeyForm,
    KeyHolder,
    KeyUse,
    Membership,
    Officer,
    Organisation,
    OrganisationKind,
    PartyKey,
)
from broker.seals.keyring import signing_key

# The first person lets the others in and may draft; whoever approves is a second person.
FIRST_ROLES = (Role.ADMINISTRATOR, Role.OFFICER)
_ORDER_KEY_LASTS = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class FirstUnit:
    """`slug` is its short name in addresses; `country` two letters; `zone` an IANA name."""

    slug: str
    name: str
    country: str
    zone: str


@dataclass(frozen=True, slots=True)
class FirstPerson:
    username: str
    name: str
    service_number: str
    password: str


def found(unit: FirstUnit, person: FirstPerson) -> Officer:
    """Enter unit, person, seats and the unit's order key in one act; return the officer.

    Raises Conflict when there is an organisation already, Invalid for a weak password or
    wrong facts.
    """
    if Organisation.objects.exists():
        raise Conflict(
            "This broker is set up already.",
            why="There is an organisation in its directory.",
            remedy="Let its administrator enter further organisations.",
        )
    with acting(SYSTEM):
        organisation = _entered(unit)
        officer = _seated(person, organisation)
        _hold_order_key(organisation)
        append(_founded(organisation, officer))
    return officer


def _entered(unit: FirstUnit) -> Organisation:
    if unit.zone not in available_timezones():
        raise Invalid(
            f"There is no time zone {unit.zone!r}.", remedy="Write one such as Europe/Paris."
        )
    organisation = Organisation(
        slug=unit.slug,
        name=unit.name,
        kind=OrganisationKind.UNIT,
        country=unit.country.upper(),
        zone=unit.zone,
        languages=["en"],
    )
    _check(organisation.full_clean)
    organisation.save(force_insert=True)
    return organisation


def _seated(person: FirstPerson, organisation: Organisation) -> Officer:
    officer = Officer(
        username=person.username,
        display_name=person.name,
        service_number=person.service_number,
        totp_secret=pyotp.random_base32(),
    )
    _check(lambda: validate_password(person.password, officer))
    officer.set_password(person.password)
    _check(officer.full_clean)
    officer.save(force_insert=True)
    for role in FIRST_ROLES:
        Membership.objects.create(officer=officer, organisation=organisation, role=role)
    return officer


def _check(rule: Callable[[], object]) -> None:
    try:
        rule()
    except ValidationError as fault:
        raise Invalid("This cannot be entered.", why=" ".join(fault.messages)) from None


def _hold_order_key(organisation: Organisation) -> None:
    spki, at = signing_key(f"order-{organisation.party_id}", "p256").spki(), now()
    PartyKey.objects.create(
        organisation=organisation,
        use=KeyUse.ORDER,
        form=KeyForm.SPKI,
        value=base64.b64encode(spki).decode("ascii"),
        sha256=fingerprint(spki),
        valid_from=at,
        valid_to=at + _ORDER_KEY_LASTS,
        held=KeyHolder.SERVER,
    )


def _founded(organisation: Organisation, officer: Officer) -> Event:
    return Event(
        verb="party.founded",
        stream=f"org:{organisation.party_id}",
        actor=SYSTEM,
        subjects=(
            Subject("organisation", organisation.party_id),
            Subject("officer", str(officer.id)),
        ),
        organisations=(organisation.party_id,),
    )
