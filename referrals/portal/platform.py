"""Pages of the platform without an API of its own: take in what came, answer for each item."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from broker.access.acting import acting, looking
from broker.api.cursors import Order, page_of
from broker.basics.actor import Actor
from broker.basics.errors import Invalid, Refusal
from broker.flow.reading import note_list_read
from broker.web import refusals
from broker.web.access import page
from referrals import queries
from referrals.actions import answering, receiving
from referrals.actions.item_answers import ItemAnswer
from referrals.flow import REFERRAL, State
from referrals.models import DecidedUnder, Item, Referral
from referrals.policy import may, must_take_in
from referrals.portal.talking import asking_back_words


@require_safe
@page
def inbox(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show what is not opened yet on top, then what waits for an answer, least time left first."""
    with looking(actor):
        unopened = list(queries.in_state(actor, State.SENT)[:100])
        waiting = queries.in_state(actor, State.RECEIVED, State.CLARIFYING, State.IMPEDED)
        shown = page_of(waiting, Order("queue_at"), cursor=request.GET.get("after"))
    note_list_read(REFERRAL, [*unopened, *shown.rows], actor=actor)
    context = {"unopened": unopened, "rows": shown.rows, "next": shown.next}
    return render(request, "referrals/inbox.html", context)


@require_POST
@page
def take_in(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Open an order for the first time: that proves its receipt, and its period begins."""
    with acting(actor):
        referral = queries.case(actor, reference)
        proof = {"event": "opened", "by": actor.service_number}
        receiving.acknowledge(referral, actor=actor, proof=proof)
    messages.success(request, _("Taken in: its receipt is proven."))
    return redirect("referrals:case", referral.reference)


@require_http_methods(["GET", "HEAD", "POST"])
@page
def answer(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Answer item by item; what cannot be recorded is shown again beside its reason."""
    with looking(actor):
        referral = queries.case(actor, reference)
        if must_take_in(actor, referral):
            return redirect("referrals:case", referral.reference)
        may(actor, REFERRAL.step("answer", State(referral.state)), referral).require()
        items = list(referral.items.all())
    refusal = None
    if request.method == "POST":
        try:
            _record(request, actor, referral, items)
            return redirect("referrals:case", referral.reference)
        except Refusal as fault:
            refusal = fault
            refusals.note(request, fault)
    return _answer_page(request, actor, referral, items, refusal)


def _record(request: HttpRequest, actor: Actor, referral: Referral, items: list[Item]) -> None:
    """Record what can be; raise Invalid for the rest, with a fault for each item."""
    given = _given(request, items)
    with acting(actor):
        answered = answering.answer(referral, given, actor=actor)
    recorded = len(answered.recorded)
    told = ngettext(
        "%(count)s answer recorded; %(unit)s is told.",
        "%(count)s answers recorded; %(unit)s is told.",
        recorded,
    )
    messages.success(request, told % {"count": recorded, "unit": referral.unit.name})
    if answered.refused:
        raise Invalid(
            _("Some answers could not be recorded."),
            why=_("Each of them has a fault; the others are recorded."),
            remedy=_("Correct the answers that are marked."),
            fields={f"answers.{place}": [str(why)] for place, why in answered.refused.items()},
        )


def _answer_page(
    request: HttpRequest,
    actor: Actor,
    referral: Referral,
    before: list[Item],
    refusal: Refusal | None,
) -> HttpResponse:
    instrument = referral.instrument
    with looking(actor):
        items = list(referral.items.all())
    settled = {(item.id, item.answered_at) for item in before}
    recorded = {item.id for item in items if (item.id, item.answered_at) not in settled}
    context = {
        "case": referral,
        "rows": [
            _row(item, {} if item.id in recorded else request.POST, refusal) for item in items
        ],
        "outcomes": instrument.outcomes,
        "grounds": [ground for ground in instrument.grounds if ground.raised_by == "addressee"],
        "decided_under": DecidedUnder.choices,
        "asking_back": asking_back_words(referral),
        "back": reverse("referrals:case", args=[referral.reference]),
        "refusal": refusal,
    }
    status = refusals.status_of(refusal) if refusal else 200
    return render(request, "referrals/answer.html", context, status=status)


_BOXES = ("outcome", "ground", "decided_under", "countries", "illegal", "reason", "acted_at")


def _row(item: Item, post: Mapping[str, str], refusal: Refusal | None) -> dict[str, Any]:
    """Return an item with what was typed for it and what is wrong with that."""
    faults = (refusal.fields if refusal else {}).get(f"answers.{item.position}", [])
    typed = {box: post.get(f"{box}-{item.position}", "") for box in _BOXES}
    return {"item": item, "typed": typed, "fault": " ".join(faults)}


def _given(request: HttpRequest, items: list[Item]) -> list[ItemAnswer]:
    """Return the answers typed, of the items for which an outcome was chosen."""
    return [
        _read(request, item.position)
        for item in items
        if request.POST.get(f"outcome-{item.position}")
    ]


def _read(request: HttpRequest, position: int) -> ItemAnswer:
    typed = {box: request.POST.get(f"{box}-{position}", "").strip() for box in _BOXES}
    illegal = {"yes": True, "no": False}.get(typed["illegal"])
    return ItemAnswer(
        position=position,
        outcome=typed["outcome"],
        ground=typed["ground"],
        decided_under=typed["decided_under"] or DecidedUnder.NEITHER,
        countries=typed["countries"].upper().replace(",", " ").split(),
        manifestly_illegal=illegal,
        reason=typed["reason"],
        acted_at=_instant(request, typed["acted_at"], position),
    )


def _instant(request: HttpRequest, text: str, position: int) -> datetime | None:
    if not text:
        return None
    try:
        zone = ZoneInfo(request.seat.zone)  # type: ignore[attr-defined]
        return datetime.fromisoformat(text).replace(tzinfo=zone)
    except ValueError:
        raise Invalid(
            "The time of the measure cannot be read.",
            why="It is not a date with a time.",
            remedy="Write it as year, month, day, hour and minute.",
            fields={f"answers.{position}": ["Give the date and time of the measure."]},
        ) from None
