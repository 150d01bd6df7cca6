"""Send a validated order, notify the enforcing authority with it, prove receipt, take it back."""

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from broker.basics.actor import Actor
from broker.basics.clock import iso, now
from broker.courier.models import Dispatch
from broker.courier.post import call_back, hold
from broker.courier.receipts import proven
from broker.crypto.canonical import parse_canonical
from broker.flow import engine
from broker.flow.engine import Deed, Taken
from broker.law.events import LegalEvent
from broker.law.form import Audience
from broker.ledger.append import Subject
from broker.parties.directory import demand_unfrozen
from evidence.actions import notices, order
from evidence.actions.due import refresh_due
from evidence.actions.transport import demand_transport
from evidence.flow import REQUEST, State
from evidence.models import Request, Upload
from evidence.policy import may

ORDER, NOTIFICATION = "request.order", "request.notification"


def send(
    request: Request, *, actor: Actor, transport: str = "", ground: str = ""
) -> Taken[Request]:
    """Send a validated order: step, ledger and outbox rows in one transaction.

    Where the enforcing authority is notified it gets its own view of the form in the same act.
    Until receipt is proven no statutory clock runs. Raises NotAllowed for a direct sending that
    Art. 19 does not allow, NotFound without a contact point.
    """
    at = now()
    way, why = demand_transport(request.instrument, transport, ground)

    def deed(locked: Request) -> Deed:
        demand_unfrozen(locked.issuer, locked.validator, locked.platform, locked.authority)
        locked.transport, locked.transport_ground = way, why
        dispatches = [notices.demanded(locked.platform, locked, "order", signed_order(locked))]
        if locked.authority is not None:
            told = signed_order(locked, Audience.ENFORCING_AUTHORITY)
            dispatches.append(notices.demanded(locked.authority, locked, "notification", told))
        return Deed(
            new={
                "transport": notices.transport_of(locked),
                "dispatches": [str(dispatch.id) for dispatch in dispatches],
            },
            changes={"sent_at": at, "transport": way, "transport_ground": why},
            rows=dispatches,
            at=at,
        )

    return engine.take(REQUEST, "send", request, actor=actor, may=may, deed=deed)


def signed_order(request: Request, audience: Audience = Audience.ADDRESSEE) -> dict[str, Any]:
    """Return an issued order as a party receives it.

    `order` is custody-order/1, `signature` its detached CMS signature (base64 DER), `form` what
    the party may see of the form; for the addressee the SHA-256 of its canonical bytes is the
    order's `form_sha256`. `recipients` are the keys that the order names, in full.
    """
    assert request.order is not None
    assert request.order_signature is not None
    assert request.issued_form is not None
    return {
        "order": parse_canonical(bytes(request.order)),
        "signature": base64.b64encode(bytes(request.order_signature)).decode("ascii"),
        "form": order.view(request, request.issued_form, audience),
        "recipients": request.recipients,
        "emergency": request.emergency,
        "authority_notified": request.authority_id is not None,
    }


def receive(
    request: Request, *, actor: Actor, at: datetime, proof: Mapping[str, Any]
) -> Taken[Request]:
    """Record that the platform has the order; its period to produce starts at `at`.

    `at` is the moment of receipt (aware, UTC), from an authenticated transport event.
    Raises WrongState or NotAllowed. Source: Regulation (EU) 2023/1543, Art. 10(2) to 10(4).
    """

    def deed(locked: Request) -> Deed:
        event = (
            LegalEvent.EMERGENCY_ORDER_RECEIVED if locked.emergency else LegalEvent.ORDER_RECEIVED
        )
        return Deed(new={"proof": dict(proof)}, changes={"received_at": at}, events=[event], at=at)

    taken = engine.take(REQUEST, "receive", request, actor=actor, may=may, deed=deed)
    refresh_due(taken.case)
    return taken


def acknowledge(request: Request, *, actor: Actor, proof: Mapping[str, Any]) -> Taken[Request]:
    """Take the order in for the platform; its period starts now, and waiting post is proven.

    Raises WrongState when it was taken in before, or was withdrawn.
    """
    may(actor, REQUEST.step("receive", State(request.state)), request).require()
    at = now()
    hold(Subject("request", str(request.id)))
    taken = receive(request, actor=actor, at=at, proof=proof)
    waiting = Dispatch.objects.filter(
        kind=ORDER, subject_type="request", subject_id=str(request.id), receipt_at=None
    )
    proven(waiting.values_list("id", flat=True), at=at, proof=proof)
    return taken


def order_dispatch(request: Request) -> UUID:
    """Return the id of the message that carried the order to the platform."""
    carried = Dispatch.objects.filter(
        kind=ORDER, subject_type="request", subject_id=str(request.id)
    )
    return carried.values_list("id", flat=True).latest("created_at")


def withdraw(request: Request, *, reason: str, actor: Actor) -> Taken[Request]:
    """Withdraw a request; parties that may know of it are told, what waits is called back."""
    at = now()

    def deed(locked: Request) -> Deed:
        if locked.sent_at is None:
            return Deed(new={"reason": reason})
        call_back(Subject("request", str(locked.id)))
        Upload.objects.filter(request=locked, package=None).update(expires_at=at)
        body = {"reason": reason, "at": iso(at)}
        told = [
            *notices.told(locked.platform, locked, "withdrawn", body),
            *notices.told(locked.authority, locked, "withdrawn", body),
        ]
        return Deed(new={"reason": reason}, rows=told, changes={"due_at": None}, at=at)

    hold(Subject("request", str(request.id)))
    return engine.take(REQUEST, "withdraw", request, actor=actor, may=may, deed=deed)
