"""What can be asked about referrals. Every query starts at what the actor may see."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import connection
from django.db.models import QuerySet

from broker.basics.actor import Actor
from broker.basics.clock import now
from broker.basics.errors import NotFound
from referrals.flow import OPEN, State
from referrals.models import Item, Referral
from referrals.policy import visible_to

DUE_SOON = timedelta(minutes=30)


def case(actor: Actor, reference: str) -> Referral:
    """Return one referral with its parties, or raise NotFound, which is all a stranger learns."""
    found = (
        visible_to(actor)
        .select_related("unit", "platform")
        .filter(reference=reference.upper())
        .first()
    )
    if found is None:
        raise NotFound(
            "There is no such referral.",
            why="It does not exist, or it is not addressed to your organisation.",
            remedy="Check the reference.",
        )
    return found


def all_seen(actor: Actor) -> QuerySet[Referral]:
    """Return every referral the actor sees, in no order."""
    return visible_to(actor).select_related("unit", "platform")


def queue(actor: Actor) -> QuerySet[Referral]:
    """Return the open referrals the actor sees, least time left first."""
    return (
        visible_to(actor)
        .filter(state__in=OPEN)
        .select_related("unit", "platform")
        .order_by("queue_at", "id")
    )


def recently_closed(actor: Actor) -> QuerySet[Referral]:
    """Return the referrals that are closed or withdrawn, the last moved first."""
    return (
        visible_to(actor)
        .exclude(state__in=OPEN)
        .select_related("unit", "platform")
        .order_by("-moved_at", "-id")
    )


def in_state(actor: Actor, *states: State) -> QuerySet[Referral]:
    """Return the referrals in these states, least time left first."""
    return queue(actor).filter(state__in=states)


def due_soon(actor: Actor) -> QuerySet[Referral]:
    """Return received referrals with less than half an hour left, or none."""
    return in_state(actor, State.RECEIVED).filter(due_at__lte=now() + DUE_SOON)


def earlier(actor: Actor, targets_sha256: Sequence[bytes]) -> list[Item]:
    """Return items of referrals the actor sees that point at one of these targets."""
    if not _referred_before(targets_sha256):
        return []
    same = Item.objects.filter(target_sha256__in=targets_sha256)
    seen = same.filter(referral__in=visible_to(actor)).exclude(referral__state=State.WITHDRAWN)
    return list(seen.select_related("referral").order_by("referral__opened_at"))


_REFERRED = f"SELECT 1 FROM {Item._meta.db_table} WHERE target_sha256 IN ({{}}) LIMIT 1"  # noqa: S608


def _referred_before(targets_sha256: Sequence[bytes]) -> bool:
    """Tell whether anyone at all referred one of these targets; asked for every new case."""
    places = ", ".join(["%s"] * len(targets_sha256))
    with connection.cursor() as cursor:
        cursor.execute(_REFERRED.format(places), list(targets_sha256))
        return cursor.fetchone() is not None
