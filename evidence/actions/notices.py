"""What the other sides are told of a step, as outbox rows. Every message names its transport."""

from collections.abc import Mapping
from typing import Any

from broker.courier.models import Dispatch
from broker.courier.post import dispatch_for, ring_for
from broker.crypto.canonical import Json
from broker.ledger.append import Subject
from broker.parties.directory import contact_point
from broker.parties.models import ContactPoint, Organisation
from evidence.models import Request


def demanded(
    recipient: Organisation, request: Request, kind: str, body: Mapping[str, Json]
) -> Dispatch:
    """Return the message to a party that must have it; raise NotFound without a contact point."""
    return _dispatch(contact_point(recipient), request, kind, body)


def told(
    recipient: Organisation | None, request: Request, kind: str, body: Mapping[str, Json]
) -> list[Dispatch]:
    """Return one message, or none for a party that reads everything in the portal."""
    point = ContactPoint.objects.filter(organisation=recipient, active=True).first()
    return [_dispatch(point, request, kind, body)] if recipient and point else []


def issuing_side_told(request: Request, kind: str, body: Mapping[str, Json]) -> list[Dispatch]:
    """Return the messages to the issuer and to the office, if that is another one."""
    sides = {side.id: side for side in (request.issuer, request.office)}
    return [each for side in sides.values() for each in told(side, request, kind, body)]


def transport_of(request: Request) -> dict[str, Any]:
    """Return how the messages of this case travel, and why so."""
    return {"id": request.transport, "ground": request.transport_ground or None}


def _dispatch(
    point: ContactPoint, request: Request, kind: str, body: Mapping[str, Json]
) -> Dispatch:
    dispatch = dispatch_for(
        kind=f"request.{kind}",
        subject=Subject("request", str(request.id)),
        reference=request.reference,
        recipient=point,
        body={"transport": transport_of(request), **body},
    )
    ring_for([dispatch])
    return dispatch
