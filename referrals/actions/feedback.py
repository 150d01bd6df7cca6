"""Feedback: what the other side is told about a step, as outbox rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from broker.basics.clock import iso
from broker.courier.models import Dispatch
from broker.courier.post import dispatch_for, ring_for
from broker.ledger.append import Subject
from broker.parties.models import ContactPoint, Organisation
from referrals.models import Answer, Referral


def feedback(
    referral: Referral, answers: Sequence[Answer], *, whole: bool, at: datetime
) -> list[Dispatch]:
    """Return the message to the unit that says what became of its items, with time taken."""
    taken = (at - referral.received_at).total_seconds() if referral.received_at else None
    body = {
        "complete": whole,
        "seconds_taken": None if taken is None else int(taken),
        "answers": [
            {
                "item": answer.item.position,
                "url": answer.item.url,
                "outcome": answer.outcome,
                "acted_at": iso(answer.acted_at) if answer.acted_at else None,
            }
            for answer in answers
        ],
    }
    return to_party(referral.unit, referral, "referral.feedback", body)


def message(referral: Referral, verb: str, text: str) -> list[Dispatch]:
    """Return the message that carries a clarification or its like to the other side."""
    recipient = referral.platform if verb == "clarify" else referral.unit
    return to_party(recipient, referral, f"referral.{verb}", {"text": text})


def to_party(
    recipient: Organisation, referral: Referral, kind: str, body: dict[str, Any]
) -> list[Dispatch]:
    """Return one dispatch about the case, or none for a party without an active contact point."""
    point = ContactPoint.objects.filter(organisation=recipient, active=True).first()
    if point is None:
        return []
    dispatch = dispatch_for(
        kind=kind,
        subject=Subject("referral", str(referral.id)),
        reference=referral.reference,
        recipient=point,
        body=body,
    )
    ring_for([dispatch])
    return [dispatch]
