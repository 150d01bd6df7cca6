"""The API inbox: messages that wait for an organisation until it takes them in.

Reading changes nothing, so it shows nothing whose receipt would start a clock. Acknowledging
is the act that proves the receipt, and its answer hands the messages over.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from broker.access.acting import looking
from broker.api.authentication import actor_of
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
    """One message: `message` is what a webhook would have carried.

    It is null for what starts a clock (an order, a notification) until that is acknowledged.
    """

    dispatch = serializers.UUIDField()
    kind = serializers.CharField()
    reference = serializers.CharField()
    created = serializers.DateTimeField()
    due = serializers.DateTimeField(allow_null=True)
    message = serializers.DictField(allow_null=True)


class WaitingPage(serializers.Serializer[Any]):
    results = Waiting(many=True)
    next = serializers.CharField(allow_null=True)


class Acknowledged(Shape):
    dispatches = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=100)


class Receipts(serializers.Serializer[Any]):
    """`proven` is what this act proved; `messages` is all that was wanted, proven before or now.

    What was called back before its receipt is not among the messages.
    """

    proven = serializers.ListField(child=serializers.UUIDField())
    at = serializers.DateTimeField()
    messages = serializers.ListField(child=serializers.DictField())


class Inbox(SignedView):
    """Read what waits; acknowledge it and have it. Acknowledging starts statutory clocks.

    Acknowledging again brings the same messages again, so that a retry or a crash loses none.
    """

    @extend_schema(
        operation_id="inbox_list",
        responses=WaitingPage,
        parameters=[OpenApiParameter("cursor", str), OpenApiParameter("size", int)],
    )
    def get(self, request: Request, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)

    @extend_schema(operation_id="inbox_acknowledge", request=Acknowledged, responses=Receipts)
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Prove the receipts, then read the messages: no copy of them is kept with the answer."""
        answer = super().post(request, **kwargs)
        wanted = read(Acknowledged, request)["dispatches"]
        with looking(actor_of(request)) as actor:
            answer.data = {**answer.data, "messages": _messages(wanted, actor)}
        return answer

    def look(self, request: Request, actor: Actor, **kwargs: Any) -> dict[str, Any]:
        waiting = waiting_for(str(actor.organisation))
        page = page_of(waiting, Order("created_at"), **asked_page(request))
        return {"results": [_shown(row) for row in page.rows], "next": page.next}

    def act(self, request: Request, actor: Actor, **kwargs: Any) -> Done:
        wanted = read(Acknowledged, request)["dispatches"]
        if _own(wanted, actor).count() != len(set(wanted)):
            raise NotFound(
                "One of these messages is not in your inbox.",
                why="It does not exist, or it is addressed to someone else.",
                remedy="Fetch the inbox again and acknowledge what it lists.",
            )
        at = now()
        proof = {"event": "acknowledged", "by": actor.service_number}
        fresh = proven(wanted, at=at, proof=proof)
        return Done(200, {"proven": [str(row.id) for row in fresh], "at": iso(at)})


def _own(wanted: Sequence[UUID], actor: Actor) -> QuerySet[Dispatch]:
    return Dispatch.objects.filter(id__in=wanted, organisation=UUID(str(actor.organisation)))


def _messages(wanted: Sequence[UUID], actor: Actor) -> list[Any]:
    rows = _own(wanted, actor).order_by("created_at", "id")
    return [parse_canonical(bytes(row.body)) for row in rows if row.is_readable]


def _shown(row: Dispatch) -> dict[str, Any]:
    return {
        "dispatch": str(row.id),
        "kind": row.kind,
        "reference": row.reference,
        "created": iso(row.created_at),
        "due": iso(row.due_at) if row.due_at else None,
        "message": parse_canonical(bytes(row.body)) if row.is_readable else None,
    }
