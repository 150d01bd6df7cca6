"""Pages that every side reads: the queue, what waits for validation, one case."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from broker.access.acting import looking
from broker.access.permissions import Permission
from broker.access.roles import holds
from broker.api.cursors import Order, page_of
from broker.basics.actor import Actor
from broker.basics.errors import Invalid
from broker.clocks.models import Clock, Status
from broker.flow.reading import note_case_read, note_list_read
from broker.forms.readable import Part, readable
from broker.law.clock import ClockKind
from broker.law.form import Audience
from broker.web.access import page
from evidence import queries
from evidence.flow import REQUEST, State
from evidence.models import Request
from evidence.policy import audience, must_take_in
from evidence.portal import lists
from evidence.portal.confirming import language
from evidence.portal.facts import facts, said
from evidence.portal.story import open_steps, shown_state, timeline, whose_turn
from evidence.portal.taking_in import untaken

_FILTERS = (
    State.DRAFT,
    State.VALIDATED,
    State.SENT,
    State.RECEIVED,
    State.PRESERVING,
    State.CLARIFYING,
    State.RELEASED,
    State.RETRIEVED,
    State.REFUSED,
    State.CLOSED,
)

_RUNS = (Status.RUNNING, Status.LAPSED)
_BINDS = {ClockKind.COMPLY, ClockKind.POLICY}


@require_safe
@page
def queue(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show the open requests, least time left first; `?state=` narrows, `?after=` goes on."""
    state, cursor = request.GET.get("state", ""), request.GET.get("after")
    with looking(actor):
        rows, order = _narrowed(actor, state)
        shown = page_of(rows, order, cursor=cursor)
        context = {
            "rows": shown.rows,
            "next": shown.next,
            "windows": lists.windows_of(shown.rows) if _scrutinises(actor) else {},
            "scrutinises": _scrutinises(actor),
            "pagination_base": f"state={state}&" if state else "",
            "state": state,
            "states": _FILTERS,
        }
    note_list_read(REQUEST, shown.rows, actor=actor)
    return render(request, "evidence/queue.html", context)


def _scrutinises(actor: Actor) -> bool:
    return holds(actor, Permission.REQUEST_SCRUTINISE)


def _narrowed(actor: Actor, state: str) -> tuple[QuerySet[Request], Order]:
    if not state:
        return lists.by_due(queries.queue(actor)), lists.BY_DUE
    if state not in set(State):
        raise Invalid(
            "There is no such state.",
            why="The filter of this list knows the states of a request.",
            remedy="Choose one of the filters on the page.",
        )
    if state in {State.CLOSED, State.WITHDRAWN}:
        return queries.recently_closed(actor).filter(state=state), lists.BY_MOVE
    return lists.by_due(queries.in_state(actor, State(state))), lists.BY_DUE


@require_safe
@page
def validations(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show the drafts that the reader may validate."""
    with looking(actor):
        drafts = lists.to_validate(actor)
    note_list_read(REQUEST, drafts, actor=actor)
    return render(request, "evidence/validations.html", {"rows": drafts})


@require_safe
@page
def case(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Show one case: subject left, timeline right, clock, state and next step on top."""
    with looking(actor):
        found = queries.case(actor, reference)
        context = None if must_take_in(actor, found) else shown(found, actor)
    note_case_read(REQUEST, found, actor=actor)
    if context is None:
        return untaken(request, found, actor)
    return render(request, "evidence/case.html", context)


def shown(found: Request, actor: Actor) -> dict[str, Any]:
    """Return what the case page needs, all of it read, as `actor` may see it."""
    clocks = queries.clocks(actor, found)
    seat = audience(actor, found)
    window = lists.windows_of([found]).get(found.id)
    is_authority = seat is Audience.ENFORCING_AUTHORITY
    return {
        "case": found,
        "instrument": found.instrument,
        "state": shown_state(found, actor),
        "turn": whose_turn(found, actor),
        "clocks": clocks,
        "running": window if is_authority else _first_due(clocks),
        "parts": parts(found, seat),
        "moments": timeline(found, actor),
        "said": said(found, queries.messages(actor, found)),
        "packages": queries.packages(actor, found),
        "steps": open_steps(found, actor),
        "facts": facts(found, list(found.validations.filter(void=False)), seat),
        "is_outside": seat in {Audience.ADDRESSEE, Audience.ENFORCING_AUTHORITY},
        "is_platform": seat is Audience.ADDRESSEE,
    }


def _first_due(clocks: list[Clock]) -> Clock | None:
    """Return the running clock that someone must meet and that ends first."""
    running = [clock for clock in clocks if clock.status in _RUNS and clock.due_at]
    met = [clock for clock in running if clock.period.kind in _BINDS]
    return min(met, key=lambda clock: clock.due_at or clock.started_at, default=None)


def parts(found: Request, seat: Audience) -> tuple[Part, ...]:
    """Return the form as issued where it is, else as drafted, as `seat` may read it."""
    values = found.issued_form or found.form
    return readable(found.instrument.form, values, seat, language=language())
