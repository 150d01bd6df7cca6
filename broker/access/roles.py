"""Which seat holds which permissions. Whose rows they reach is each app's policy."""

from enum import StrEnum

from broker.access.permissions import Permission
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


_FILES = {
    Permission.REFERRAL_READ,
    Permission.REFERRAL_DRAFT,
    Permission.REFERRAL_SEND,
    Permission.REFERRAL_APPROVE,
    Permission.REFERRAL_CLARIFY,
    Permission.REFERRAL_CLOSE,
}
_ASKS = {
    Permission.REQUEST_READ,
    Permission.REQUEST_DRAFT,
    Permission.REQUEST_SEND,
    Permission.REQUEST_CLARIFY,
    Permission.REQUEST_CLOSE,
}
_OFFICER = _FILES | _ASKS | {Permission.ALERT_ACKNOWLEDGE}
_SUPERVISOR = _OFFICER | {
    Permission.REFERRAL_APPROVE,
    Permission.REFERRAL_WITHDRAW,
    Permission.REQUEST_WITHDRAW,
}
_MAGISTRATE = _ASKS | {
    Permission.REQUEST_VALIDATE,
    Permission.REQUEST_WITHDRAW,
    Permission.PACKAGE_RETRIEVE,
    Permission.ALERT_ACKNOWLEDGE,
}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.OFFICER: frozenset(_OFFICER),
    Role.SUPERVISOR: frozenset(_SUPERVISOR),
    Role.UNIT_HEAD: frozenset(_SUPERVISOR),
    Role.PROSECUTOR: frozenset(_MAGISTRATE),
    Role.JUDGE: frozenset(_MAGISTRATE),
    Role.PLATFORM_AGENT: frozenset(
        {
            Permission.REFERRAL_READ,
            Permission.REFERRAL_RECEIVE,
            Permission.REFERRAL_ANSWER,
            Permission.REQUEST_READ,
            Permission.REQUEST_RECEIVE,
            Permission.REQUEST_ANSWER,
            Permission.PACKAGE_UPLOAD,
            Permission.ALERT_ACKNOWLEDGE,
        }
    ),
    Role.ENFORCING_AUTHORITY: frozenset({Permission.REQUEST_READ, Permission.REQUEST_SCRUTINISE}),
    Role.OVERSEER: frozenset(
        {Permission.REFERRAL_READ, Permission.REQUEST_READ, Permission.LEDGER_READ}
    ),
    Role.ADMINISTRATOR: frozenset({Permission.PARTY_ADMINISTER}),
    Role.SYSTEM: frozenset(
        {
            Permission.REFERRAL_RECEIVE,
            Permission.REFERRAL_NOTE_LAPSE,
            Permission.REQUEST_RECEIVE,
            Permission.REQUEST_NOTE_LAPSE,
            Permission.PACKAGE_RELEASE,
        }
    ),
}


def granted(actor: Actor) -> frozenset[Permission]:
    """Return every permission the actor's seats hold."""
    return frozenset().union(*(GRANTS[Role(role)] for role in actor.roles))


def holds(actor: Actor, permission: Permission) -> bool:
    """Tell whether one of the actor's seats holds `permission`."""
    return permission in granted(actor)
