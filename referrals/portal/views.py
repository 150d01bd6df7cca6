"""Pages of the asking side: the queue, one case, and what waits for approval."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from broker.access.acting import looking
from broker.api.cursors import Order, page_of
from broker.basics.actor import Actor
from broker.basics.errors import Invalid
from broker.clocks.models import Clock
from broker.clocks.queries import of_subjects
from broker.crypto.canonical import parse_canonical
from broker.flow.reading import note_case_read, note_list_read
from broker.forms.readable import readable
from broker.law.clock import ClockKind
from broker.law.form import Audience
from broker.web.access import page
from referrals import queries
from referrals.actions import order
from referrals.flow import REFERRAL, State
from referrals.models import Referral
from referrals.policy import must_take_in
from referrals.portal.story import open_steps, timeline
from referrals.portal.taking_in import untaken

_BY_DUE = Order("queue_at")
_BY_MOVE = Order("moved_at", newest_first=True)


@require_safe
@page
def queue(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show the open referrals, least time left first; `?state=` narrows, `?after=` goes on."""
    state, cursor = request.GET.get("state", ""), request.GET.get("after")
    with looking(actor):
        rows, order = _narrowed(actor, state)
        shown = page_of(rows, order, cursor=cursor)
    note_list_read(REFERRAL, shown.rows, actor=actor)
    return render(
        request,
        "referrals/queue.html",
        {
            "rows": shown.rows,
            "next": shown.next,
            "pagination_base": f"state={state}&" if state else "",
            "state": state,
            "states": _FILTERS,
        },
    )


_FILTERS = (
    State.DRAFT,
    State.APPROVED,
    State.SENT,
    State.RECEIVED,
    State.CLARIFYING,
    State.IMPEDED,
    State.ANSWERED,
    State.CLOSED,
)


def _narrowed(actor: Actor, state: str) -> tuple[Any, Order]:
    if not state:
        return queries.queue(actor), _BY_DUE
    if state not in set(State):
        raise Invalid(
            "There is no such state.",
            why="The filter of this list knows the states of a referral.",
            remedy="Choose one of the filters on the page.",
        )
    if state in {State.CLOSED, State.WITHDRAWN}:
        return queries.recently_closed(actor).filter(state=state), _BY_MOVE
    return queries.in_state(actor, State(state)), _BY_DUE


@require_safe
@page
def approvals(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show the drafts of the unit that wait for a second person."""
    with looking(actor):
        drafts = list(queries.in_state(actor, State.DRAFT).exclude(drafted_by=actor.id)[:200])
    note_list_read(REFERRAL, drafts, actor=actor)
    return render(request, "referrals/approvals.html", {"rows": drafts})


@require_safe
@page
def case(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Show one case: subject left, timeline right, next steps on top."""
    with looking(actor):
        referral = queries.case(actor, reference)
        context = None if must_take_in(actor, referral) else shown(referral, actor)
    note_case_read(REFERRAL, referral, actor=actor)
    if context is None:
        return untaken(request, referral, actor)
    return render(request, "referrals/case.html", context)


def shown(referral: Referral, actor: Actor) -> dict[str, Any]:
    """Return what the case page needs, all of it read; the audience follows from the actor."""
    clocks = list(of_subjects([referral.id]))
    items = list(referral.items.prefetch_related("answers"))
    return {
        "case": referral,
        "instrument": referral.instrument,
        "sender": order.drafter_as_seen(referral, audience(referral, actor)),
        "items": items,
        "clocks": clocks,
        "running": _first_due(clocks),
        "parts": readable(
            referral.instrument.form, form_values(referral), audience(referral, actor)
        ),
        "moments": timeline(referral, actor),
        "messages_sent": list(referral.messages.select_related("organisation")),
        "taken": _taken(referral),
        "steps": open_steps(referral, actor),
        "approvals": list(referral.approvals.filter(void=False)),
    }


def _first_due(clocks: Sequence[Clock]) -> Clock | None:
    """Return the clock for the head of the page: one that runs against someone, first due."""
    running = [clock for clock in clocks if clock.stopped_at is None and clock.due_at]
    against = [clock for clock in running if clock.period.kind is not ClockKind.RETAIN]
    return min(against, key=lambda clock: clock.due_at or clock.started_at, default=None)


def _taken(referral: Referral) -> timedelta | None:
    """Return the time from proven receipt to the last answer."""
    if referral.received_at is None or referral.answered_at is None:
        return None
    return referral.answered_at - referral.received_at


def form_values(referral: Referral) -> dict[str, Any]:
    """Return the form as issued where it is, else as drafted."""
    if not referral.order:
        return dict(referral.form)
    order = parse_canonical(bytes(referral.order))
    assert isinstance(order, dict)
    issued = order["form"]
    assert isinstance(issued, dict)
    return {**referral.form, **issued}


def audience(referral: Referral, actor: Actor) -> Audience:
    """Return as whom `actor` looks at the case."""
    if actor.organisation == str(referral.unit_id):
        return Audience.ISSUER
    if actor.organisation == str(referral.platform_id):
        return Audience.ADDRESSEE
    return Audience.OVERSEER
