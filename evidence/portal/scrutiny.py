"""Pages of the enforcing authority: take the notification in, decide inside its window."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from broker.access.acting import acting
from broker.basics.actor import Actor
from broker.basics.errors import Invalid
from broker.forms.page import PageField
from broker.law.form import Audience
from broker.web.access import page
from evidence import queries
from evidence.actions import reviewing
from evidence.actions.noticing import take_notice
from evidence.actions.reviewing import Objection
from evidence.models import Request
from evidence.portal import lists
from evidence.portal.confirming import BOTH, Typed, ask, data_words, language
from evidence.portal.views import parts

CLEAR, OBJECT = "clear", "object"


@require_POST
@page
def take_notice_in(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Open a notification for the first time: that proves its receipt, and the window begins."""
    with acting(actor):
        case = queries.case(actor, reference)
        take_notice(case, actor=actor)
    messages.success(request, _("Taken in: its receipt is proven."))
    return redirect("evidence:case", case.reference)


@require_http_methods(BOTH)
@page
def scrutinise(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Show the window and its end, what is asked for and why; take the decision."""

    def words(case: Request, typed: Typed) -> dict[str, Any]:
        return {
            "template": "evidence/scrutinise.html",
            "data": data_words(case),
            "window": lists.windows_of([case]).get(case.id),
            "parts": parts(case, Audience.ENFORCING_AUTHORITY),
            "asks": _asked(case, typed),
            "done": _("Your decision is sent to %(unit)s and %(platform)s.")
            % {"unit": case.issuer.name, "platform": case.platform.name},
        }

    def act(case: Request, request: HttpRequest, actor: Actor) -> None:
        decide = _DECISIONS.get(request.POST.get("decision", ""))
        if decide is None:
            raise Invalid(
                _("No decision is chosen."),
                remedy=_("Choose one of the two."),
                fields={"decision": [_("Choose one of the two")]},
            )
        said = Objection(request.POST.getlist("grounds"), request.POST.get("text", ""))
        with acting(actor):
            decide(case, said, actor)

    return ask(request, actor, reference, CLEAR, act, words)


def _clear(case: Request, said: Objection, actor: Actor) -> None:
    reviewing.clear(case, text=said.text, actor=actor)


def _object(case: Request, said: Objection, actor: Actor) -> None:
    reviewing.object_(case, said, actor=actor)


_DECISIONS = {CLEAR: _clear, OBJECT: _object}


def _asked(case: Request, typed: Typed) -> list[PageField]:
    raised = case.instrument.grounds_of(Audience.ENFORCING_AUTHORITY)
    decision = typed.field(
        "decision",
        "enum",
        _("Your decision"),
        choices=[
            (CLEAR, _("We raise no ground: the data may go to the issuing authority now")),
            (OBJECT, _("We refuse: nothing is handed over")),
        ],
    )
    grounds = typed.field(
        "grounds",
        "enum",
        _("Grounds of refusal"),
        is_list=True,
        required=False,
        choices=[(each.code, f"{each.label.say(language())} ({each.article})") for each in raised],
    )
    text = typed.field(
        "text",
        "text",
        _("Reasons"),
        help=_("Needed with a refusal. The issuing authority and the platform read them."),
        required=False,
    )
    return [decision, replace(grounds, when_field="decision", when_any_of=(OBJECT,)), text]
