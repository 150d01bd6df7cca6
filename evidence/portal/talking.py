"""Pages on which the sides talk about a case: a question and its answer."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from broker.access.acting import acting
from broker.basics.actor import Actor
from broker.forms.page import PageField
from broker.law.form import Audience
from broker.web.access import page
from evidence.actions import answering
from evidence.models import Request
from evidence.portal.confirming import BOTH, Typed, ask, case_words, language


@require_http_methods(BOTH)
@page
def clarify(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Answer what the platform asked; the page says what that does to the clock."""

    def words(case: Request, typed: Typed) -> dict[str, Any]:
        facts = {"case": case.reference, "receiver": case.platform.name}
        last = case.messages.filter(kind="question").select_related("request").last()
        return case_words(
            case,
            question=_("Answer the question of %(receiver)s on %(case)s?") % facts,
            quote=last.text if last else "",
            warning=asking_back_words(case),
            verb=_("Send the answer"),
            asks=[typed.field("text", "text", _("Answer"))],
            done=_("The answer is sent to %(receiver)s.") % facts,
        )

    def act(case: Request, request: HttpRequest, actor: Actor) -> None:
        with acting(actor):
            answering.clarify(case, text=request.POST.get("text", ""), actor=actor)

    return ask(request, actor, reference, "clarify", act, words)


@require_http_methods(BOTH)
@page
def ask_back(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Ask the issuing authority; what that does to the period is said before it is pressed."""

    def words(case: Request, typed: Typed) -> dict[str, Any]:
        facts = {"case": case.reference, "receiver": case.issuer.name}
        return case_words(
            case,
            question=_("Ask %(receiver)s about %(case)s?") % facts,
            warning=asking_back_words(case),
            verb=_("Send the question"),
            asks=[
                grounds_field(case, typed, asks_back=True),
                typed.field("text", "text", _("Question")),
            ],
            done=_("The question is sent to %(receiver)s.") % facts,
        )

    def act(case: Request, request: HttpRequest, actor: Actor) -> None:
        grounds, text = request.POST.getlist("grounds"), request.POST.get("text", "")
        with acting(actor):
            answering.ask_back(case, grounds=grounds, text=text, actor=actor)

    return ask(request, actor, reference, "ask_back", act, words)


def grounds_field(case: Request, typed: Typed, *, asks_back: bool) -> PageField:
    """Return the choice of the addressee's grounds: those to ask back, or those to refuse."""
    raised = case.instrument.grounds_of(Audience.ADDRESSEE)
    return typed.field(
        "grounds",
        "enum",
        _("Grounds"),
        is_list=True,
        choices=[
            (each.code, f"{each.label.say(language())} ({each.article})")
            for each in raised
            if each.asks_back is asks_back
        ],
    )


def asking_back_words(case: Request) -> str:
    """Return what asking back does to the clock, as the instrument says."""
    told = {
        "restart": _("Asking back: when the answer is received, a full fresh period begins."),
        "suspend": _("Asking back: the period stands still until the answer is received."),
        "nothing": _("Asking back: the period runs on meanwhile."),
    }
    clocks = [clock for clock in case.instrument.clocks if clock.suspend_on or clock.restart_on]
    return told[clocks[0].asking_back if clocks else "nothing"]
