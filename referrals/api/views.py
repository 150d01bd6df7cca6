"""Referrals for programs: read, call one action, answer."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from broker.api.cursors import Order, asked_page, page_of
from broker.api.problems import document
from broker.api.shapes import read
from broker.api.views import Done, SignedView
from broker.basics.actor import Actor
from broker.flow.engine import Taken
from referrals import queries
from referrals.actions import answering, drafting, receiving, sending
from referrals.actions.drafting import Draft
from referrals.actions.item_answers import ItemAnswer
from referrals.api import shapes, showing
from referrals.models import Referral


class Referrals(SignedView):
    """A unit's system lists its referrals and files new ones."""

    @extend_schema(
        operation_id="referral_list",
        responses=shapes.ReferralPage,
        parameters=[OpenApiParameter("cursor", str), OpenApiParameter("size", int)],
    )
    def get(self, request: Request, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)

    @extend_schema(
        operation_id="referral_file", request=shapes.NewReferral, responses={201: shapes.Filed}
    )
    def post(self, request: Request, **kwargs: Any) -> Any:
        return super().post(request, **kwargs)

    def look(self, request: Request, actor: Actor, **kwargs: Any) -> dict[str, Any]:
        newest = Order("opened_at", newest_first=True)
        page = page_of(queries.all_seen(actor), newest, **asked_page(request))
        return {"results": [showing.line(row) for row in page.rows], "next": page.next}

    def act(self, request: Request, actor: Actor, **kwargs: Any) -> Done:
        asked = read(shapes.NewReferral, request)
        verb = sending.file if asked.pop("send") else drafting.draft
        earlier = drafting.duplicates(actor, asked["targets"])
        taken = verb(Draft(**asked), actor=actor)
        references = sorted({item.referral.reference for item in earlier})
        return _done(taken, status=201, earlier=references)


class OneReferral(SignedView):
    """One case as the caller may see it; a platform sees its content once it has taken it in."""

    @extend_schema(operation_id="referral_read", responses=shapes.ShownReferral)
    def get(self, request: Request, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)

    def look(self, request: Request, actor: Actor, **kwargs: Any) -> dict[str, Any]:
        return showing.case(queries.case(actor, kwargs["reference"]), actor)


class Step(SignedView):
    """One step of one case; each subclass names the action."""

    def act(self, request: Request, actor: Actor, **kwargs: Any) -> Done:
        return self.take(queries.case(actor, kwargs["reference"]), request, actor)

    def take(self, referral: Referral, request: Request, actor: Actor) -> Done:
        raise NotImplementedError


class Receipts(Step):
    """The platform says that it has the order: its period starts."""

    @extend_schema(
        operation_id="referral_receive", request=shapes.Receipt, responses=shapes.Accepted
    )
    def post(self, request: Request, **kwargs: Any) -> Any:
        return super().post(request, **kwargs)

    def take(self, referral: Referral, request: Request, actor: Actor) -> Done:
        given = read(shapes.Receipt, request)
        proof = {"event": "acknowledged", "by": actor.service_number, **given}
        return _done(receiving.acknowledge(referral, actor=actor, proof=proof))


class Answers(Step):
    """The platform answers item by item; each answer has its own result."""

    @extend_schema(
        operation_id="referral_answer", request=shapes.GivenAnswers, responses=shapes.AnswersResult
    )
    def post(self, request: Request, **kwargs: Any) -> Any:
        return super().post(request, **kwargs)

    def take(self, referral: Referral, request: Request, actor: Actor) -> Done:
        given = read(shapes.GivenAnswers, request)["answers"]
        answers = [ItemAnswer(position=each.pop("item"), **each) for each in given]
        answered = answering.answer(referral, answers, actor=actor)
        results: list[dict[str, Any]] = [
            {"item": position, "recorded": True, "problem": None} for position in answered.recorded
        ]
        results += [
            {"item": position, "recorded": False, "problem": document(refusal)}
            for position, refusal in answered.refused.items()
        ]
        return _done(answered.taken, results=sorted(results, key=lambda each: each["item"]))


class Clarification(Step):
    """The unit answers what the platform asked back."""

    @extend_schema(operation_id="referral_clarify", request=shapes.Text, responses=shapes.Accepted)
    def post(self, request: Request, **kwargs: Any) -> Any:
        return super().post(request, **kwargs)

    def take(self, referral: Referral, request: Request, actor: Actor) -> Done:
        text = read(shapes.Text, request)["text"]
        return _done(answering.clarify(referral, text=text, actor=actor))


class Resumption(Step):
    """The platform says that what made the order impossible has ceased."""

    @extend_schema(operation_id="referral_resume", request=shapes.Text, responses=shapes.Accepted)
    def post(self, request: Request, **kwargs: Any) -> Any:
        return super().post(request, **kwargs)

    def take(self, referral: Referral, request: Request, actor: Actor) -> Done:
        text = read(shapes.Text, request)["text"]
        return _done(answering.resume(referral, text=text, actor=actor))


class Withdrawal(Step):
    """The unit takes the referral back, with its reason."""

    @extend_schema(
        operation_id="referral_withdraw", request=shapes.Reason, responses=shapes.Accepted
    )
    def post(self, request: Request, **kwargs: Any) -> Any:
        return super().post(request, **kwargs)

    def take(self, referral: Referral, request: Request, actor: Actor) -> Done:
        reason = read(shapes.Reason, request)["reason"]
        return _done(sending.withdraw(referral, reason=reason, actor=actor))


class Sending(Step):
    """The unit's system sends what its people have approved."""

    @extend_schema(operation_id="referral_send", request=shapes.Nothing, responses=shapes.Accepted)
    def post(self, request: Request, **kwargs: Any) -> Any:
        return super().post(request, **kwargs)

    def take(self, referral: Referral, request: Request, actor: Actor) -> Done:
        read(shapes.Nothing, request)
        return _done(sending.send(referral, actor=actor))


def _done(taken: Taken[Referral], *, status: int = 200, **more: Any) -> Done:
    case = taken.case
    body = {"reference": case.reference, "state": case.state, **more}
    return Done(status, body, accepted=taken.appended)
