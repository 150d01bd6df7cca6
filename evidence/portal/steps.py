"""Outward acts of the issuing side, each with one confirmation: validate, send, withdraw, close."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from broker.access.acting import acting
from broker.basics.actor import Actor
from broker.basics.errors import Refusal
from broker.forms.page import page as form_page
from broker.forms.readable import readable
from broker.law.form import Audience
from broker.web.access import page
from broker.web.fields import labels_of
from broker.web.proving import require_code
from evidence.actions import answering, drafting, order, sending, validating
from evidence.models import Request
from evidence.portal.confirming import (
    BOTH,
    Typed,
    acted,
    ask,
    case_words,
    data_words,
    language,
)
from evidence.portal.facts import period_words


@require_http_methods(BOTH)
@page
def validate(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Show the exact text, and validate it with a fresh code: with that the order is issued."""

    def words(case: Request, _typed: Typed) -> dict[str, Any]:
        text = order.text(case)
        return {
            "template": "evidence/validate.html",
            "data": data_words(case),
            "notifies": order.notifies(case),
            "period": period_words(case),
            "parts": readable(
                case.instrument.form, text["form"], Audience.ISSUER, language=language()
            ),
            "recipients": text["recipients"],
            "missing": _missing(case),
            "text_sha256": order.text_sha256(case),
            "done": _("Validated and signed."),
        }

    def act(case: Request, request: HttpRequest, actor: Actor) -> None:
        require_code(request, verb="officer.proved")  # what opened the session does not count
        read = request.POST.get("text_sha256", "")
        with acting(actor):
            validating.validate(case, text_sha256=read, method="totp", actor=actor)

    return ask(request, actor, reference, "validate", act, words)


def _missing(case: Request) -> list[str]:
    """Return what keeps the draft from being validated, a line each."""
    try:
        validating.demand_complete(case)
    except Refusal as refusal:
        labels = labels_of(form_page(case.instrument.form, language=language()))
        named = [
            f"{labels[key]}: {' '.join(faults)}" if key in labels else " ".join(faults)
            for key, faults in refusal.fields.items()
        ]
        return named or [str(refusal)]
    return []


@require_http_methods(BOTH)
@page
def reopen(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Take a validated request back to the desk."""

    def words(case: Request, _typed: Typed) -> dict[str, Any]:
        return case_words(
            case,
            question=_("Take %(case)s back to the desk?") % {"case": case.reference},
            warning=_("Its validation becomes void; the changed text needs a new one."),
            verb=_("Take back to the desk"),
            done=_("It is a draft again."),
        )

    return ask(request, actor, reference, "reopen", acted(drafting.reopen), words)


@require_http_methods(BOTH)
@page
def close(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Close a request whose package was retrieved, or that was refused."""

    def words(case: Request, _typed: Typed) -> dict[str, Any]:
        return case_words(
            case,
            question=_("Close %(case)s?") % {"case": case.reference},
            verb=_("Close"),
            done=_("Closed."),
        )

    return ask(request, actor, reference, "close", acted(answering.close), words)


@require_http_methods(BOTH)
@page
def withdraw(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Withdraw the request, with a reason that those who know of it read."""

    def words(case: Request, typed: Typed) -> dict[str, Any]:
        facts = {"case": case.reference, "receiver": case.platform.name}
        return case_words(
            case,
            question=_("Withdraw %(case)s from %(receiver)s?") % facts,
            warning=_("This cannot be undone. Whoever was sent it is told, with your reason."),
            verb=_("Withdraw"),
            destroys=True,
            asks=[typed.field("reason", "text", _("Reason"), required=False)],
            done=_("Withdrawn."),
        )

    def act(case: Request, request: HttpRequest, actor: Actor) -> None:
        with acting(actor):
            sending.withdraw(case, reason=request.POST.get("reason", ""), actor=actor)

    return ask(request, actor, reference, "withdraw", act, words)
