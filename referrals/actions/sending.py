"""Send what is approved; file in one act what one person may ask; prove its receipt."""

import base64
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from broker.basics.actor import Actor
from broker.basics.clock import now
from broker.courier.models import Dispatch
from broker.courier.post import call_back, dispatch_for, hold, ring_for
from broker.flow import engine
from broker.flow.engine import Deed, Taken
from broker.ledger.append import Subject
from broker.parties.directory import contact_point, demand_unfrozen
from referrals.actions import order
from referrals.actions.drafting import Draft, facts_of, new_referral
from referrals.actions.due import refresh_due
from referrals.actions.feedback import to_party
from referrals.flow import REFERRAL
from referrals.models import NOT_DUE, Approval, Referral
from referrals.policy import may


def send(referral: Referral, *, actor: Actor) -> Taken[Referral]:
    """Send an approved referral: step, ledger and outbox row in one transaction.

    Until receipt is proven no statutory clock runs.
    """
    at = now()

    def deed(locked: Referral) -> Deed:
        demand_unfrozen(locked.unit, locked.platform)
        dispatch = order_dispatch(locked)
        ring_for([dispatch])
        return Deed(
            new={"dispatch": str(dispatch.id)}, changes={"sent_at": at}, rows=[dispatch], at=at
        )

    return engine.take(REFERRAL, "send", referral, actor=actor, may=may, deed=deed)


def file(brought: Draft, *, actor: Actor) -> Taken[Referral]:
    """Draft, approve and send in one act what one person may ask on their own.

    Raises NotAllowed for a binding instrument; Invalid with a fault per field.
    """
    at = now()
    referral, items = new_referral(brought, actor=actor, whole=True)
    approval = Approval(
        referral=referral,
        actor=actor.id,
        service_number=actor.service_number,
        text_sha256=order.text_sha256(referral, items),
        method="message-key",
        at=at,
    )
    referral.order = order.issue(referral, items, [approval], at=at)
    referral.order_signature, referral.order_key = order.sign(referral.unit, referral.order)
    referral.sent_at = at
    dispatch = order_dispatch(referral)
    ring_for([dispatch])
    return engine.begin(
        REFERRAL,
        "file",
        referral,
        actor=actor,
        may=may,
        deed=Deed(
            new={**facts_of(referral, items), "dispatch": str(dispatch.id)},
            rows=[*items, approval, dispatch],
            at=at,
        ),
    )


def order_dispatch(referral: Referral) -> Dispatch:
    """Return the unsaved outbox row that carries the signed order."""
    return dispatch_for(
        kind="referral.order",
        subject=Subject("referral", str(referral.id)),
        reference=referral.reference,
        recipient=contact_point(referral.platform),
        body=signed_order(referral),
    )


def signed_order(referral: Referral) -> dict[str, Any]:
    """Return the order and its signature as a platform receives them.

    `signature` is base64 DER ECDSA P-256/SHA-256 over the canonical bytes of `order`.
    """
    assert referral.order is not None
    assert referral.order_signature is not None
    return {
        "order": json.loads(bytes(referral.order)),
        "signature": base64.b64encode(bytes(referral.order_signature)).decode(),
        "key_sha256": referral.order_key,
    }


def receive(
    referral: Referral, *, actor: Actor, at: datetime, proof: Mapping[str, Any]
) -> Taken[Referral]:
    """Record that the platform has the order; its period to act starts at `at`.

    `at` is the moment of receipt (aware, UTC), from an authenticated transport event.
    Raises WrongState or NotAllowed. Source: Regulation (EU) 2021/784, Art. 3(3).
    """
    taken = engine.take(
        REFERRAL,
        "receive",
        referral,
        actor=actor,
        may=may,
        deed=lambda _: Deed(new={"proof": dict(proof)}, changes={"received_at": at}, at=at),
    )
    refresh_due(taken.case)
    return taken


def withdraw(referral: Referral, *, reason: str, actor: Actor) -> Taken[Referral]:
    """Withdraw a referral; a platform that may know of it is told, what waits is called back."""

    def deed(locked: Referral) -> Deed:
        subject = Subject("referral", str(locked.id))
        if locked.sent_at is None:
            return Deed(new={"reason": reason})
        call_back(subject)
        told = to_party(locked.platform, locked, "referral.withdrawn", {"reason": reason})
        return Deed(
            new={"reason": reason}, rows=told, changes={"due_at": None, "queue_at": NOT_DUE}
        )

    hold(Subject("referral", str(referral.id)))
    return engine.take(REFERRAL, "withdraw", referral, actor=actor, may=may, deed=deed)
