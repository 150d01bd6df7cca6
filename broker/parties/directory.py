"""Look-ups in the directory: from a seat or a key to an actor, from a party to its post."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from broker.access.roles import Role
from broker.basics.actor import Actor
from broker.basics.clock import now
from broker.basics.errors import NotFound, Unauthenticated, WrongState
from broker.parties.models import (
    ContactPoint,
    KeyUse,
    Membership,
    Officer,
    Organisation,
    OrganisationKind,
    PartyKey,
)

# What a program may do that signs with an organisation's message key.
_PROGRAM_ROLES = {
    OrganisationKind.UNIT: Role.OFFICER,
    OrganisationKind.PROSECUTION: Role.PROSECUTOR,
    OrganisationKind.PLATFORM: Role.PLATFORM_AGENT,
    OrganisationKind.ENFORCING_AUTHORITY: Role.ENFORCING_AUTHORITY,
    OrganisationKind.OVERSEER: Role.OVERSEER,
}


def _held(at: datetime) -> Q:
    return Q(since__lte=at) & (Q(until__isnull=True) | Q(until__gt=at))


def seats(officer: Officer) -> QuerySet[Membership]:
    """Return the seats the officer holds now, with their organisations."""
    return Membership.objects.filter(_held(now()), officer=officer).select_related("organisation")


def actor_of(officer: Officer, organisation: Organisation) -> Actor:
    """Return the officer as an actor in `organisation`, with every role held there now.

    Raises Unauthenticated when the officer holds no seat there or either is frozen.
    """
    return actor_in(officer, organisation, seats(officer))


def actor_in(officer: Officer, organisation: Organisation, held: Iterable[Membership]) -> Actor:
    """Return the same actor from seats already read; raises as `actor_of` does."""
    there = [seat for seat in held if seat.organisation_id == organisation.id]
    if not there or not officer.is_active or organisation.frozen_at:
        raise Unauthenticated(
            "You hold no seat in this organisation.",
            why="Every account is vetted and seated by its own organisation.",
            remedy="Ask the administrator of your organisation for a seat.",
        )
    return Actor(
        id=str(officer.id),
        organisation=organisation.party_id,
        organisation_kind=organisation.kind,
        roles=frozenset(seat.role for seat in there),
        service_number=officer.service_number,
        channel="portal",
    )


def actor_for_key(key: PartyKey) -> Actor:
    """Return the program that signs with `key` as an actor in the key's organisation.

    Raises Unauthenticated when the organisation is frozen or its kind signs no messages.
    """
    organisation = key.organisation
    role = _PROGRAM_ROLES.get(OrganisationKind(organisation.kind))
    if role is None or organisation.frozen_at:
        raise Unauthenticated(
            "This key opens no door.",
            why="Its organisation is frozen, or is not of a kind that uses the API.",
            remedy="Ask the operator about the state of your organisation.",
        )
    return Actor(
        id=str(key.id),
        organisation=organisation.party_id,
        organisation_kind=organisation.kind,
        roles=frozenset({role.value}),
        service_number=f"key {key.sha256[:16]}",
        channel="api",
    )


def message_key(keyid: str) -> PartyKey:
    """Return the message key named `keyid` that is valid now; raise Unauthenticated if none."""
    at = now()
    key = (
        PartyKey.objects.filter(
            use=KeyUse.MESSAGE,
            sha256=keyid,
            valid_from__lte=at,
            valid_to__gte=at,
            revoked__isnull=True,
        )
        .select_related("organisation")
        .first()
    )
    if key is None:
        raise Unauthenticated(
            "The key that signed this request is not known.",
            why="No registered message key with this keyid is valid now.",
            remedy="Register the key with the operator, or sign with a registered one.",
        )
    return key


def valid_keys(organisation: Organisation, *uses: KeyUse) -> QuerySet[PartyKey]:
    """Return the organisation's unrevoked keys of these uses that are valid now."""
    at = now()
    return PartyKey.objects.filter(
        organisation=organisation,
        use__in=uses,
        valid_from__lte=at,
        valid_to__gte=at,
        revoked__isnull=True,
    )


def contact_point(organisation: Organisation) -> ContactPoint:
    """Return where the organisation takes its post; raise NotFound when it declared nothing.

    Costs no query where its contact points were read along (`listing.listed`).
    """
    active = [point for point in organisation.contact_points.all() if point.active]
    point = max(active, key=lambda each: each.since, default=None)
    if point is None:
        raise NotFound(
            f"{organisation.name} has declared no contact point.",
            why="An order can only go to a declared contact point.",
            remedy="Enter the contact point of this organisation in the directory first.",
        )
    return point


def demand_unfrozen(*parties: Organisation | None) -> None:
    """Raise WrongState when one of the parties to a case is frozen; give them freshly read."""
    for party in parties:
        if party is not None and party.frozen_at is not None:
            raise WrongState(
                f"{party.name} is frozen.",
                why="Nothing is sent to or for an organisation that the operator has frozen.",
                remedy="Ask the operator; call the other side on a number from the directory.",
            )


def organisations(kinds: Iterable[OrganisationKind]) -> QuerySet[Organisation]:
    """Return the organisations of these kinds that are not frozen, by name."""
    return Organisation.objects.filter(kind__in=list(kinds), frozen_at=None)
