"""Pages on which a referral is written: choose the instrument, fill in its form, change it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from broker.access.acting import acting, looking
from broker.basics.actor import Actor
from broker.basics.errors import Refusal
from broker.forms.page import PageSection
from broker.forms.page import page as form_page
from broker.forms.posting import from_post
from broker.law import catalogue
from broker.law.instrument import Instrument
from broker.law.terms import FlowKind
from broker.parties.directory import organisations
from broker.parties.models import OrganisationKind
from broker.web import refusals
from broker.web.access import page
from referrals import queries
from referrals.actions import drafting
from referrals.actions.drafting import Draft
from referrals.flow import REFERRAL, State
from referrals.policy import may


@require_safe
@page
def choose(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show the instruments under which the actor's seat may draft."""
    open_ones = [
        instrument
        for instrument in catalogue.open_for_new_cases(settings.MODE)
        if instrument.flow is FlowKind.REFERRAL
        and actor.organisation_kind in instrument.issuers.organisation_kinds
        and actor.roles & set(instrument.issuers.seats)
    ]
    return render(request, "referrals/choose.html", {"instruments": open_ones})


@require_http_methods(["GET", "HEAD", "POST"])
@page
def new(request: HttpRequest, actor: Actor, instrument_id: str) -> HttpResponse:
    """Take in a new draft; a refused one shows itself again with what is wrong."""
    with looking(actor):
        instrument = drafting.usable_instrument(instrument_id, actor)
    if request.method != "POST":
        return _form(request, actor, instrument, {})
    typed = _typed(request, instrument)
    try:
        return _drafted(request, actor, instrument, typed)
    except Refusal as refusal:
        refusals.note(request, refusal)
        return _form(request, actor, instrument, typed, refusal)


def _typed(request: HttpRequest, instrument: Instrument) -> dict[str, Any]:
    return {
        "platform": request.POST.get("platform", ""),
        "targets": request.POST.get("targets", ""),
        "note": request.POST.get("note", ""),
        "form": from_post(instrument.form, dict(request.POST.lists())),
    }


def _drafted(
    request: HttpRequest, actor: Actor, instrument: Instrument, typed: dict[str, Any]
) -> HttpResponse:
    """Draft it, unless the same addresses were referred before and nobody has said yes to that."""
    lines = [line for line in typed["targets"].splitlines() if line.strip()]
    if lines and not request.POST.get("despite_earlier"):
        with looking(actor):
            earlier = drafting.duplicates(actor, lines)
        if earlier:
            return _form(request, actor, instrument, {**typed, "earlier": earlier})
    brought = Draft(
        instrument=instrument.id,
        platform=typed["platform"],
        targets=lines,
        form=typed["form"],
        note=typed["note"],
    )
    with acting(actor):
        drafted = drafting.draft(brought, actor=actor).case
    messages.success(request, _("Draft %(case)s is kept.") % {"case": drafted.reference})
    return redirect("referrals:case", drafted.reference)


def _form(
    request: HttpRequest,
    actor: Actor,
    instrument: Instrument,
    typed: dict[str, Any],
    refusal: Refusal | None = None,
) -> HttpResponse:
    kinds = [OrganisationKind(kind) for kind in instrument.addressee.organisation_kinds]
    with looking(actor):
        addressees = list(organisations(kinds))
    context = {
        "instrument": instrument,
        "addressees": addressees,
        "sections": _sections(instrument, typed.get("form"), refusal),
        "typed": typed,
        "refusal": refusal,
        "target_faults": _target_faults(refusal),
    }
    status = refusals.status_of(refusal) if refusal else 200
    return render(request, "referrals/new.html", context, status=status)


def _sections(
    instrument: Instrument, values: Mapping[str, Any] | None, refusal: Refusal | None
) -> Sequence[PageSection]:
    faults = refusal.fields if refusal else {}
    return form_page(instrument.form, values, language=get_language() or "en", faults=faults)


def _target_faults(refusal: Refusal | None) -> list[tuple[str, list[str]]]:
    """Return what is wrong with the addresses: (line, faults); line is empty for all of them."""
    return [
        (place.removeprefix("targets").removeprefix("."), faults)
        for place, faults in (refusal.fields if refusal else {}).items()
        if place.startswith("targets")
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@page
def edit(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Change the values of a draft's form; approvals given so far are void."""
    with looking(actor):
        referral = queries.case(actor, reference)
        may(actor, REFERRAL.step("edit", State(referral.state)), referral).require()
    instrument, refusal = referral.instrument, None
    values = referral.form
    if request.method == "POST":
        values = from_post(instrument.form, dict(request.POST.lists()))
        try:
            with acting(actor):
                drafting.edit(referral, values, actor=actor)
            messages.success(request, _("The draft is kept."))
            return redirect("referrals:case", referral.reference)
        except Refusal as fault:
            refusal = fault
            refusals.note(request, fault)
    sections = _sections(instrument, values, refusal)
    context = {"case": referral, "sections": sections, "refusal": refusal}
    status = refusals.status_of(refusal) if refusal else 200
    return render(request, "referrals/edit.html", context, status=status)
