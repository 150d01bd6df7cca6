"""Pages on which a request is written: choose the instrument, fill in its form, change it."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from broker.access.acting import acting, looking
from broker.basics.actor import Actor
from broker.basics.errors import Refusal
from broker.forms.page import page as form_page
from broker.forms.posting import from_post
from broker.law import catalogue
from broker.law.instrument import Instrument
from broker.law.terms import FlowKind
from broker.web import refusals
from broker.web.access import page
from evidence import queries
from evidence.actions import drafting
from evidence.actions.drafting import Draft
from evidence.flow import REQUEST, State
from evidence.models import Request
from evidence.policy import may
from evidence.portal.confirming import BOTH, language
from evidence.portal.parties import PARTIES, party_fields


@require_safe
@page
def choose(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show the instruments under which the actor's seat may ask for data."""
    open_ones = [
        instrument
        for instrument in catalogue.open_for_new_cases(settings.MODE)
        if instrument.flow is FlowKind.PRODUCTION
        and actor.organisation_kind in instrument.issuers.organisation_kinds
        and actor.roles & set(instrument.issuers.seats)
    ]
    return render(request, "evidence/choose.html", {"instruments": open_ones})


@require_http_methods(BOTH)
@page
def new(request: HttpRequest, actor: Actor, instrument_id: str) -> HttpResponse:
    """Take in a new draft; a refused one shows itself again with what is wrong."""
    with looking(actor):
        instrument = drafting.usable_instrument(instrument_id, actor)
    if request.method != "POST":
        return _form(request, actor, instrument, {})
    typed = _typed(request, instrument)
    try:
        with acting(actor):
            drafted = drafting.draft(Draft(instrument=instrument.id, **typed), actor=actor).case
    except Refusal as refusal:
        refusals.note(request, refusal)
        return _form(request, actor, instrument, typed, refusal=refusal)
    messages.success(request, _("Draft %(case)s is kept.") % {"case": drafted.reference})
    return redirect("evidence:case", drafted.reference)


@require_http_methods(BOTH)
@page
def edit(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Change a draft: its form, who validates it, which authority is notified."""
    with looking(actor):
        case = queries.case(actor, reference)
        may(actor, REQUEST.step("edit", State(case.state)), case).require()
    typed = _kept(case)
    refusal = None
    if request.method == "POST":
        typed = _typed(request, case.instrument)
        try:
            _change(case, typed, actor)
            messages.success(request, _("The draft is kept."))
            return redirect("evidence:case", case.reference)
        except Refusal as fault:
            refusal = fault
            refusals.note(request, fault)
    return _form(request, actor, case.instrument, typed, refusal=refusal, case=case)


def _change(case: Request, typed: Mapping[str, Any], actor: Actor) -> None:
    with acting(actor):
        drafting.edit(
            case,
            typed["form"],
            actor=actor,
            validator=typed["validator"],
            authority=typed["authority"],
        )


def _typed(request: HttpRequest, instrument: Instrument) -> dict[str, Any]:
    parties = {name: request.POST.get(name, "") for name in PARTIES}
    return {**parties, "form": from_post(instrument.form, dict(request.POST.lists()))}


def _kept(case: Request) -> dict[str, Any]:
    parties = {name: getattr(case, name) for name in PARTIES}
    slugs = {name: party.slug if party else "" for name, party in parties.items()}
    return {**slugs, "form": case.form}


def _form(
    request: HttpRequest,
    actor: Actor,
    instrument: Instrument,
    typed: Mapping[str, Any],
    **more: Any,
) -> HttpResponse:
    """Show the form; `more`: refusal (what is wrong with it), case (the draft being changed)."""
    refusal, case = more.get("refusal"), more.get("case")
    faults = refusal.fields if refusal else {}
    with looking(actor):
        asked = PARTIES if case is None else PARTIES[1:]
        parties = party_fields(instrument, asked, typed, faults)
    context = {
        "instrument": instrument,
        "case": case,
        "parties": parties,
        "sections": form_page(
            instrument.form, typed.get("form"), language=language(), faults=faults
        ),
        "refusal": refusal,
    }
    status = refusals.status_of(refusal) if refusal else 200
    return render(request, "evidence/form.html", context, status=status)
