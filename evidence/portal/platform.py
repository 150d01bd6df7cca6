"""Pages of the platform: take orders in, preserve, deliver, or say why not."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from broker.access.acting import acting, looking
from broker.api.cursors import page_of
from broker.basics.actor import Actor
from broker.flow.reading import note_list_read
from broker.forms.page import PageField
from broker.law.terms import OutcomeKind
from broker.web.access import page
from evidence import queries
from evidence.actions import answering, sending
from evidence.flow import REQUEST, State
from evidence.models import Request
from evidence.policy import may, must_take_in
from evidence.portal import lists
from evidence.portal.confirming import BOTH, Typed, ask, case_words, data_words, language
from evidence.portal.talking import grounds_field

_NOT_PRODUCED = {OutcomeKind.KEPT, OutcomeKind.GONE, OutcomeKind.IMPOSSIBLE}


@require_safe
@page
def inbox(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show what is not taken in yet on top, emergencies first, then what waits for its data."""
    with looking(actor):
        unopened = list(queries.in_state(actor, State.SENT).order_by("-emergency", "sent_at")[:100])
        waiting = queries.in_state(actor, State.RECEIVED, State.PRESERVING, State.CLARIFYING)
        shown = page_of(lists.by_due(waiting), lists.BY_DUE, cursor=request.GET.get("after"))
        withheld = lists.withheld_of(shown.rows, actor)
    note_list_read(REQUEST, [*unopened, *shown.rows], actor=actor)
    context = {
        "unopened": unopened,
        "rows": shown.rows,
        "next": shown.next,
        "withheld": withheld,
        "data": {case.id: data_words(case) for case in shown.rows},
    }
    return render(request, "evidence/inbox.html", context)


@require_POST
@page
def take_in(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Open an order for the first time: that proves its receipt, and its period begins."""
    with acting(actor):
        case = queries.case(actor, reference)
        proof = {"event": "opened", "by": actor.service_number}
        sending.acknowledge(case, actor=actor, proof=proof)
    messages.success(request, _("Taken in: its receipt is proven."))
    return redirect("evidence:case", case.reference)


@require_safe
@page
def deliver(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Say how data are delivered: sealed and uploaded by the client program, never by a browser."""
    with looking(actor):
        case = queries.case(actor, reference)
        if must_take_in(actor, case):
            return redirect("evidence:case", case.reference)
        may(actor, REQUEST.step("receive_package", State(case.state)), case).require()
        context = {
            "case": case,
            "broker": settings.PUBLIC_URL,
            "party": case.platform.party_id,
            "order": sending.order_dispatch(case),
        }
    return render(request, "evidence/deliver.html", context)


@require_http_methods(BOTH)
@page
def preserve(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Confirm that the data are preserved until they are produced."""

    def words(case: Request, typed: Typed) -> dict[str, Any]:
        facts = {"case": case.reference, "receiver": case.issuer.name}
        return case_words(
            case,
            question=_("Confirm to %(receiver)s that the data of %(case)s are preserved?") % facts,
            verb=_("Confirm preservation"),
            asks=[typed.field("text", "text", _("What they should know"), required=False)],
            done=_("Confirmed; %(receiver)s is told.") % facts,
        )

    def act(case: Request, request: HttpRequest, actor: Actor) -> None:
        with acting(actor):
            answering.preserve(case, text=request.POST.get("text", ""), actor=actor)

    return ask(request, actor, reference, "preserve", act, words)


@require_http_methods(BOTH)
@page
def refuse(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Say that no data are produced, with an outcome and grounds of the instrument."""

    def words(case: Request, typed: Typed) -> dict[str, Any]:
        facts = {"case": case.reference, "receiver": case.issuer.name}
        return case_words(
            case,
            question=_("Tell %(receiver)s that no data are produced for %(case)s?") % facts,
            warning=_("A notified enforcing authority is told too. Keep the data preserved."),
            verb=_("Say so"),
            destroys=True,
            asks=_asked(case, typed),
            done=_("Said; %(receiver)s is told.") % facts,
        )

    def act(case: Request, request: HttpRequest, actor: Actor) -> None:
        with acting(actor):
            answering.refuse(
                case,
                outcome=request.POST.get("outcome", ""),
                grounds=request.POST.getlist("grounds"),
                text=request.POST.get("text", ""),
                actor=actor,
            )

    return ask(request, actor, reference, "refuse", act, words)


def _asked(case: Request, typed: Typed) -> list[PageField]:
    outcomes = [each for each in case.instrument.outcomes if each.kind in _NOT_PRODUCED]
    outcome = typed.field(
        "outcome",
        "enum",
        _("Outcome"),
        choices=[(each.code, each.label.say(language())) for each in outcomes],
    )
    grounds = grounds_field(case, typed, asks_back=False)
    return [outcome, grounds, typed.field("text", "text", _("Reasons"))]
