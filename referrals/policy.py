"""Who may do what with which referral: the object question above, the list question below."""

from django.db.models import Q, QuerySet

from broker.access.decision import Decision, allow, deny
from broker.access.permissions import Permission
from broker.access.roles import Role, holds
from broker.basics.actor import Actor
from broker.flow.table import Step
from referrals.flow import SHOWN_TO_PLATFORM, State
from referrals.models import Approval, Referral

_OF_THE_UNIT = frozenset(
    {
        Permission.REFERRAL_DRAFT,
        Permission.REFERRAL_APPROVE,
        Permission.REFERRAL_SEND,
        Permission.REFERRAL_CLARIFY,
        Permission.REFERRAL_CLOSE,
        Permission.REFERRAL_WITHDRAW,
    }
)
_OF_THE_PLATFORM = frozenset({Permission.REFERRAL_RECEIVE, Permission.REFERRAL_ANSWER})


def may(actor: Actor, step: Step[State], referral: Referral) -> Decision:
    """Decide whether `actor` may take `step` with `referral`."""
    if not holds(actor, step.permission):
        return deny(
            f"Your seat ({actor.role}) does not hold {step.permission}.",
            "Ask someone whose seat holds it.",
        )
    if Role.SYSTEM in actor.roles:
        return allow()
    if not _on_the_right_side(actor, step.permission, referral):
        return deny("This step belongs to the other side of the case.")
    if step.verb == "file":
        return _may_file(referral)
    if step.permission is Permission.REFERRAL_APPROVE:
        return _may_approve(actor, referral)
    return allow()


def _on_the_right_side(actor: Actor, permission: Permission, referral: Referral) -> bool:
    if permission in _OF_THE_UNIT:
        return actor.organisation == str(referral.unit_id)
    return permission in _OF_THE_PLATFORM and actor.organisation == str(referral.platform_id)


def _may_file(referral: Referral) -> Decision:
    """Drafting and sending in one act is only for what one person may ask without approval."""
    if referral.is_binding or referral.instrument.approvals.people > 1:
        return deny(
            "A binding order is approved by a person who has read it.",
            "File it as a draft; a supervisor approves it in the portal.",
        )
    return allow()


def _may_approve(actor: Actor, referral: Referral) -> Decision:
    approvals = referral.instrument.approvals
    if not actor.roles & set(approvals.seats):
        return deny(
            f"Under this instrument {' or '.join(approvals.seats)} approves.",
            "Ask one of them to read and approve it.",
        )
    if not approvals.drafter_may_approve and actor.id == referral.drafted_by:
        return deny(
            "Whoever drafted an order that two people must stand behind cannot approve it.",
            "Ask a second person to read and approve it.",
        )
    if Approval.objects.filter(referral=referral, actor=actor.id, void=False).exists():
        return deny("You have approved this text already.")
    return allow()


def must_take_in(actor: Actor, referral: Referral) -> bool:
    """Tell whether `actor` looks at an order that its organisation has not taken in yet.

    Until then it is shown who sent it and under which law, and nothing more: receipt is an
    act, never a reading. Source: docs/decisions, "A receipt is an act, never a reading".
    """
    return actor.organisation == str(referral.platform_id) and referral.received_at is None


def visible_to(actor: Actor) -> QuerySet[Referral]:
    """Return the referrals `actor` may see; every query starts here."""
    if not holds(actor, Permission.REFERRAL_READ) and Role.SYSTEM not in actor.roles:
        return Referral.objects.none()
    if actor.roles & {Role.OVERSEER, Role.SYSTEM}:
        return Referral.objects.all()
    own = Q(unit=actor.organisation)
    addressed = Q(platform=actor.organisation, state__in=SHOWN_TO_PLATFORM, sent_at__isnull=False)
    return Referral.objects.filter(own | addressed)
