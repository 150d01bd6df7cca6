"""The API inbox: messages that wait for an organisation until it acknowledges them.

Fetching changes nothing; a receipt is proven by acknowledging, which is an act.
"""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from broker.api.cursors import Order, asked_page, page_of
from broker.api.shapes import Shape, read
from broker.api.views import Done, SignedView
from broker.basics.actor import Actor
from broker.basics.clock import iso, now
from broker.basics.errors import NotFound
from broker.courier.models import Dispatch
from broker.courier.receipts import proven, waiting_for
from broker.crypto.canonical import parse_canonical


class Waiting(serializers.Serializer[Any]):
    """One message: `message` is what a webhook would have carried."""

    dispatch = serializers.UUIDField()
    kind = serializers.CharField()
    reference = serializers.CharField()
    created = serializers.DateTimeField()
    due = serializers.DateTimeField(allow_null=True)
    message = serializers.DictField()


class WaitingPage(serializers.Serializer[Any]):
    results = Waiting(many=True)
    next = serializers.CharField(allow_null=True)


class Acknowledged(Shape):
    dispatches = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=100)


class Receipts(serializers.Serializer[Any]):
    proven = serializers.ListField(child=serializers.UUIDField())
    at = serializers.DateTimeField()


class Inbox(SignedView):
    """Read what waits; acknowledge what was taken in. Acknowledging starts statutory clocks."""

    @extend_schema(
        operation_id="inbox_list",
        responses=WaitingPage,
        parameters=[OpenApiParameter("cursor", str), OpenApiParameter("size", int)],
    )
    def get(self, request: Request, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)

    @extend_schema(operation_id="inbox_acknowledge", request=Acknowledged, responses=Receipts)
    def post(self, request: Request, **kwargs: Any) -> Any:
        return super().post(request, **kwargs)

    def look(self, request: Request, actor: Actor, **kwargs: Any) -> dict[str, Any]:
        waiting = waiting_for(str(actor.organisation))
        page = page_of(waiting, Order("created_at"), **asked_page(request))
        return {"results": [_shown(row) for row in page.rows], "next": page.next}

    def act(self, request: Request, actor: Actor, **kwargs: Any) -> Done:
        wanted = read(Acknowledged, request)["dispatches"]
        own = Dispatch.objects.filter(id__in=wanted, organisation=UUID(str(actor.organisation)))
        if own.count() != len(set(wanted)):
            raise NotFound(
                "One of these messages is not in your inbox.",
                why="It does not exist, or it is addressed to someone else.",
                remedy="Fetch the inbox again and acknowledge what it lists.",
            )
        at = now()
        proof = {"event": "acknowledged", "by": actor.service_number}
        fresh = proven(wanted, at=at, proof=proof)
        return Done(200, {"proven": [str(row.id) for row in fresh], "at": iso(at)})


def _shown(row: Dispatch) -> dict[str, Any]:
    return {
        "dispatch": str(row.id),
        "kind": row.kind,
        "reference": row.reference,
        "created": iso(row.created_at),
        "due": iso(row.due_at) if row.due_at else None,
        "message": parse_canonical(bytes(row.body)),
    }
