"""A referral as JSON members, for either side."""

from datetime import datetime
from typing import Any

from broker.basics.actor import Actor
from broker.basics.clock import iso
from broker.clocks.models import Clock
from broker.clocks.queries import of_subjects
from broker.crypto.canonical import parse_canonical
from referrals.models import Item, Referral
from referrals.policy import must_take_in


def line(referral: Referral) -> dict[str, Any]:
    """Return the members of one line in a list."""
    return {
        "reference": referral.reference,
        "state": referral.state,
        "instrument": referral.instrument_id,
        "platform": referral.platform.slug,
        "due": _at(referral.due_at),
    }


def case(referral: Referral, actor: Actor) -> dict[str, Any]:
    """Return the whole case: items, clocks with their reasons, and the order as issued.

    To a platform that has not taken it in: whose it is and under which law, the rest empty.
    """
    if must_take_in(actor, referral):
        return {**_head(referral), "due": None, "items": [], "clocks": [], "order": None}
    return {
        **_head(referral),
        "items": [_item(item) for item in referral.items.all()],
        "clocks": [clock(each) for each in of_subjects([referral.id])],
        "order": parse_canonical(bytes(referral.order)) if referral.order else None,
    }


def _head(referral: Referral) -> dict[str, Any]:
    return {
        **line(referral),
        "unit": referral.unit.slug,
        "sent": _at(referral.sent_at),
        "received": _at(referral.received_at),
        "answered": _at(referral.answered_at),
        "lapsed": _at(referral.lapsed_at),
    }


def _item(item: Item) -> dict[str, Any]:
    return {
        "item": item.position,
        "url": item.url,
        "outcome": item.outcome,
        "answered": _at(item.answered_at),
    }


def clock(row: Clock) -> dict[str, Any]:
    """Return a clock with every step of its derivation."""
    return {
        "name": row.name,
        "status": row.status,
        "started": iso(row.started_at),
        "due": _at(row.due_at),
        "lapses": _at(row.lapses_at),
        "why": row.derivation,
    }


def _at(instant: datetime | None) -> str | None:
    return iso(instant) if instant else None
