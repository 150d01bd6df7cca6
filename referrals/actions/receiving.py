"""Prove that the platform has the order: by its acknowledgement, or by opening it."""

from collections.abc import Mapping
from typing import Any

from broker.basics.actor import Actor
from broker.basics.clock import now
from broker.courier.models import Dispatch
from broker.courier.post import hold
from broker.courier.receipts import proven
from broker.flow.engine import Taken
from broker.ledger.append import Subject
from referrals.actions import sending
from referrals.flow import REFERRAL, State
from referrals.models import Referral
from referrals.policy import may


def acknowledge(referral: Referral, *, actor: Actor, proof: Mapping[str, Any]) -> Taken[Referral]:
    """Take the order in for the platform; its period starts now, and waiting post is proven.

    Raises WrongState when it was taken in before, or was withdrawn.
    """
    may(actor, REFERRAL.step("receive", State(referral.state)), referral).require()
    at = now()
    hold(Subject("referral", str(referral.id)))
    taken = sending.receive(referral, actor=actor, at=at, proof=proof)
    waiting = Dispatch.objects.filter(
        subject_type="referral", subject_id=str(referral.id), receipt_at=None
    )
    proven(waiting.values_list("id", flat=True), at=at, proof=proof)
    return taken
