"""The one way a person confirms a step: shown, said, done, and back to the case."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from broker.access.acting import acting, looking
from broker.basics.actor import Actor
from broker.basics.errors import Refusal
from broker.web import refusals
from referrals import queries
from referrals.flow import REFERRAL, State
from referrals.models import Referral
from referrals.policy import may, must_take_in

type Act = Callable[[Referral, HttpRequest, Actor], object]

BOTH = ["GET", "HEAD", "POST"]


def ask(
    request: HttpRequest,
    actor: Actor,
    reference: str,
    verb: str,
    act: Act,
    words: Callable[[Referral], dict[str, Any]],
) -> HttpResponse:
    """Show the confirmation of `verb`, or on POST take the step and go back to the case."""
    with looking(actor):
        referral = queries.case(actor, reference)
        if must_take_in(actor, referral):
            return redirect("referrals:case", referral.reference)
        may(actor, REFERRAL.step(verb, State(referral.state)), referral).require()
        context = words(referral)
    refusal = None
    if request.method == "POST":
        try:
            act(referral, request, actor)
        except Refusal as fault:
            refusal = fault
            refusals.note(request, fault)
        else:
            messages.success(request, context["done"])
            return redirect("referrals:case", referral.reference)
    back = reverse("referrals:case", args=[referral.reference])
    context = {"case": referral, "back": back, "refusal": refusal, **context}
    template = context.get("template", "referrals/confirm.html")
    status = refusals.status_of(refusal) if refusal else 200
    return render(request, template, context, status=status)


def case_words(referral: Referral, **more: Any) -> dict[str, Any]:
    rows = [
        {"label": _("Reference"), "value": referral.reference},
        {"label": _("Receiver"), "value": referral.platform.name},
        {"label": _("Instrument"), "value": referral.instrument.title.en},
        {"label": _("Addresses"), "value": str(referral.items.count())},
    ]
    return {"rows": rows, **more}


def acted(verb: Callable[..., object]) -> Act:
    """Return the act that runs `verb` on the case in its own transaction."""

    def act(referral: Referral, _request: HttpRequest, actor: Actor) -> None:
        with acting(actor):
            verb(referral, actor=actor)

    return act
