"""Requests for programs: read, call one action, answer."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request as HttpRequest

from broker.api.cursors import Order, asked_page, page_of
from broker.api.shapes import read
from broker.api.views import Done, SignedView
from broker.basics.actor import Actor
from broker.flow.engine import Taken
from broker.law.form import Audience
from evidence import queries
from evidence.actions import answering, drafting, reviewing, sending
from evidence.actions.drafting import Draft
from evidence.actions.reviewing import Objection
from evidence.api import shapes, showing
from evidence.models import Request
from evidence.policy import audience


class Requests(SignedView):
    """An authority's system lists its requests and drafts new ones; a platform lists its own."""

    @extend_schema(
        operation_id="request_list",
        responses=shapes.RequestPage,
        parameters=[OpenApiParameter("cursor", str), OpenApiParameter("size", int)],
    )
    def get(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)

    @extend_schema(
        operation_id="request_draft", request=shapes.NewRequest, responses={201: shapes.Accepted}
    )
    def post(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().post(request, **kwargs)

    def look(self, request: HttpRequest, actor: Actor, **kwargs: Any) -> dict[str, Any]:
        newest = Order("opened_at", newest_first=True)
        page = page_of(queries.all_seen(actor), newest, **asked_page(request))
        return {"results": [showing.line(row, actor) for row in page.rows], "next": page.next}

    def act(self, request: HttpRequest, actor: Actor, **kwargs: Any) -> Done:
        brought = Draft(**read(shapes.NewRequest, request))
        return done(drafting.draft(brought, actor=actor), actor, status=201)


class OneRequest(SignedView):
    """One case as the caller may see it; a receiver sees its content once it has taken it in."""

    @extend_schema(operation_id="request_read", responses=shapes.ShownRequest)
    def get(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)

    def look(self, request: HttpRequest, actor: Actor, **kwargs: Any) -> dict[str, Any]:
        return showing.case(queries.case(actor, kwargs["reference"]), actor)


class Step(SignedView):
    """One step of one case; each subclass names the action."""

    def act(self, request: HttpRequest, actor: Actor, **kwargs: Any) -> Done:
        case = queries.case(actor, kwargs["reference"])
        return done(self.take(case, request, actor), actor)

    def take(self, case: Request, request: HttpRequest, actor: Actor) -> Taken[Request]:
        raise NotImplementedError


class Sending(Step):
    """The authority's system sends what its people have validated."""

    @extend_schema(operation_id="request_send", request=shapes.Sending, responses=shapes.Accepted)
    def post(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().post(request, **kwargs)

    def take(self, case: Request, request: HttpRequest, actor: Actor) -> Taken[Request]:
        given = read(shapes.Sending, request)
        way, ground = given["transport"], given["transport_ground"]
        return sending.send(case, actor=actor, transport=way, ground=ground)


class Receipts(Step):
    """The platform says that it has the order: its period starts."""

    @extend_schema(
        operation_id="request_receive", request=shapes.Acknowledged, responses=shapes.Accepted
    )
    def post(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().post(request, **kwargs)

    def take(self, case: Request, request: HttpRequest, actor: Actor) -> Taken[Request]:
        given = read(shapes.Acknowledged, request)
        proof = {"event": "acknowledged", "by": actor.service_number, **given}
        return sending.acknowledge(case, actor=actor, proof=proof)


class Preservation(Step):
    """The platform says that it preserves the data until they are produced."""

    @extend_schema(
        operation_id="request_preserve", request=shapes.Preserved, responses=shapes.Accepted
    )
    def post(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().post(request, **kwargs)

    def take(self, case: Request, request: HttpRequest, actor: Actor) -> Taken[Request]:
        text = read(shapes.Preserved, request)["text"]
        return answering.preserve(case, text=text, actor=actor)


class Refusal(Step):
    """The platform says that it does not produce, and on which ground."""

    @extend_schema(operation_id="request_refuse", request=shapes.Refused, responses=shapes.Accepted)
    def post(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().post(request, **kwargs)

    def take(self, case: Request, request: HttpRequest, actor: Actor) -> Taken[Request]:
        return answering.refuse(case, **read(shapes.Refused, request), actor=actor)


class Clarification(Step):
    """The platform asks back; the issuing side answers, at the same door."""

    @extend_schema(
        operation_id="request_clarify", request=shapes.Clarified, responses=shapes.Accepted
    )
    def post(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().post(request, **kwargs)

    def take(self, case: Request, request: HttpRequest, actor: Actor) -> Taken[Request]:
        given = read(shapes.Clarified, request)
        if audience(actor, case) is Audience.ADDRESSEE:
            return answering.ask_back(case, **given, actor=actor)
        return answering.clarify(case, text=given["text"], actor=actor)


class Withdrawal(Step):
    """The authority takes the request back, with its reason."""

    @extend_schema(
        operation_id="request_withdraw", request=shapes.Withdrawn, responses=shapes.Accepted
    )
    def post(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().post(request, **kwargs)

    def take(self, case: Request, request: HttpRequest, actor: Actor) -> Taken[Request]:
        return sending.withdraw(case, **read(shapes.Withdrawn, request), actor=actor)


class Decision(Step):
    """The enforcing authority raises no ground, or refuses in full."""

    @extend_schema(operation_id="request_decide", request=shapes.Decided, responses=shapes.Accepted)
    def post(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().post(request, **kwargs)

    def take(self, case: Request, request: HttpRequest, actor: Actor) -> Taken[Request]:
        given = read(shapes.Decided, request)
        if given["decision"] == "none":
            return reviewing.clear(case, text=given["text"], actor=actor)
        return reviewing.object_(case, Objection(given["grounds"], given["text"]), actor=actor)


class Closing(Step):
    """The authority closes what was retrieved or refused."""

    @extend_schema(operation_id="request_close", request=shapes.Nothing, responses=shapes.Accepted)
    def post(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().post(request, **kwargs)

    def take(self, case: Request, request: HttpRequest, actor: Actor) -> Taken[Request]:
        read(shapes.Nothing, request)
        return answering.close(case, actor=actor)


def done(taken: Taken[Request], actor: Actor, *, status: int = 200, **more: Any) -> Done:
    """Return the answer to a step: where the case stands, as the actor may see it."""
    case = taken.case
    body = {"reference": case.reference, "state": queries.seen_state(actor, case), **more}
    return Done(status, body, event_id=taken.event_id)
