"""Which seat holds which permissions. Whose rows they reach is each app's policy."""

from enum import StrEnum

from broker.access.permissions import Permission as P
from broker.basics.actor import Actor


class Role(StrEnum):
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    UNIT_HEAD = "unit_head"
    PROSECUTOR = "prosecutor"
    JUDGE = "judge"
    PLATFORM_AGENT = "platform_agent"
    ENFORCING_AUTHORITY = "enforcing_authority"
    OVERSEER = "overseer"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"


_FILES = {P.REFERRAL_READ, P.REFERRAL_DRAFT, P.REFERRAL_SEND, P.REFERRAL_CLARIFY, P.REFERRAL_CLOSE}
_ASKS = {P.REQUEST_READ, P.REQUEST_DRAFT, P.REQUEST_SEND, P.REQUEST_CLARIFY, P.REQUEST_CLOSE}
_OFFICER = _FILES | _ASKS | {P.ALERT_ACKNOWLEDGE}
_SUPERVISOR = _OFFICER | {P.REFERRAL_APPROVE, P.REFERRAL_WITHDRAW, P.REQUEST_WITHDRAW}
_MAGISTRATE = _ASKS | {
    P.REQUEST_VALIDATE,
    P.REQUEST_WITHDRAW,
    P.PACKAGE_RETRIEVE,
    P.ALERT_ACKNOWLEDGE,
}

GRANTS: dict[Role, frozenset[P]] = {
    Role.OFFICER: frozenset(_OFFICER),
    Role.SUPERVISOR: frozenset(_SUPERVISOR),
    Role.UNIT_HEAD: frozenset(_SUPERVISOR),
    Role.PROSECUTOR: frozenset(_MAGISTRATE),
    Role.JUDGE: frozenset(_MAGISTRATE),
    Role.PLATFORM_AGENT: frozenset(
        {
            P.REFERRAL_READ,
            P.REFERRAL_RECEIVE,
            P.REFERRAL_ANSWER,
            P.REQUEST_READ,
            P.REQUEST_RECEIVE,
            P.REQUEST_ANSWER,
            P.PACKAGE_UPLOAD,
            P.ALERT_ACKNOWLEDGE,
        }
    ),
    Role.ENFORCING_AUTHORITY: frozenset({P.REQUEST_READ, P.REQUEST_SCRUTINISE}),
    Role.OVERSEER: frozenset({P.REFERRAL_READ, P.REQUEST_READ, P.LEDGER_READ}),
    Role.ADMINISTRATOR: frozenset({P.PARTY_ADMINISTER}),
    Role.SYSTEM: frozenset(
        {P.REFERRAL_RECEIVE, P.REQUEST_RECEIVE, P.PACKAGE_RELEASE, P.REFERRAL_CLOSE}
    ),
}


def granted(actor: Actor) -> frozenset[P]:
    """Return every permission the actor's seats hold."""
    return frozenset().union(*(GRANTS[Role(role)] for role in actor.roles))


def holds(actor: Actor, permission: P) -> bool:
    """Tell whether one of the actor's seats holds `permission`."""
    return permission in granted(actor)
