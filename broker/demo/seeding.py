"""Enters the cast into the directory: organisations, people, seats, keys, contact points.

May run at every start: what stands stays, only addresses follow the ports of this start.
"""

from collections.abc import Mapping

from django.contrib.auth.hashers import make_password

from broker.access.acting import acting
from broker.basics.actor import SYSTEM
from broker.demo import cast
from broker.demo.accounts import Account, kept_accounts
from broker.demo.folder import DemoFolder
from broker.demo.public_keys import register_keys
from broker.ledger.append import Event, Subject, append
from broker.parties.models import (
    Connector,
    ContactPoint,
    Membership,
    Officer,
    Organisation,
)

# Who takes post where; the others read everything in the portal.
_FETCHES = (cast.UNIT, cast.OFFICE)


def seed(folder: DemoFolder, *, listeners: Mapping[str, str]) -> dict[str, Account]:
    """Enter who is missing; `listeners` are the platforms' addresses by slug.

    Returns the accounts by user name.
    """
    accounts = kept_accounts(folder)
    with acting(SYSTEM):
        known = set(Organisation.objects.values_list("slug", flat=True))
        new = [party for party in cast.PARTIES if party.slug not in known]
        for party in new:
            _found(party)
        if new:
            _seat_people(accounts)
            register_keys(folder)
        _point(listeners)
    return accounts


def _found(party: cast.Party) -> None:
    organisation = Organisation.objects.create(
        slug=party.slug,
        name=party.name,
        kind=party.kind,
        country=party.country,
        zone=party.zone,
        languages=list(party.languages),
    )
    append(
        Event(
            verb="party.founded",
            stream=f"org:{organisation.party_id}",
            actor=SYSTEM,
            subjects=(Subject("organisation", organisation.party_id),),
            organisations=(organisation.party_id,),
        )
    )


def _seat_people(accounts: Mapping[str, Account]) -> None:
    """One hash serves all: it is one password, and hashing it well takes its time."""
    parties = {each.slug: each for each in Organisation.objects.all()}
    hashed = make_password(next(iter(accounts.values())).password)
    for person in cast.PEOPLE:
        officer = Officer.objects.create(
            username=person.username,
            password=hashed,
            display_name=person.name,
            service_number=person.service_number,
            post=person.post,
            totp_secret=accounts[person.username].totp_secret,
        )
        Membership.objects.create(
            officer=officer, organisation=parties[person.party], role=person.role
        )


def _point(listeners: Mapping[str, str]) -> None:
    for slug in (*_FETCHES, *listeners):
        connector = Connector.WEBHOOK if slug in listeners else Connector.INBOX
        ContactPoint.objects.update_or_create(
            organisation=Organisation.objects.get(slug=slug),
            connector=connector,
            defaults={
                "address": listeners.get(slug, ""),
                "languages": ["en", "fr"],
                "telephone": "+33 1 00 00 00 00",
            },
        )
