"""Pages on which a referral is written: choose the instrument, fill in its form, change it."""

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
    faults = refusal.fields if refusal else {}
    language = get_language() or "en"
    return render(
        request,
        "referrals/new.html",
        {
            "instrument": instrument,
            "addressees": addressees,
            "sections": form_page(
                instrument.form, typed.get("form"), language=language, faults=faults
            ),
            "typed": typed,
            "refusal": refusal,
            "target_faults": [
                (place.removeprefix("targets."), words)
                for place, words in faults.items()
                if place.startswith("targets")
            ],
        },
        status=refusals.status_of(refusal) if refusal else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page
def edit(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Change the values of a draft's form; approvals given so far are void."""
    with looking(actor):
        referral = queries.case(actor, reference)
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
    sections = form_page(
        instrument.form,
        values,
        language=get_language() or "en",
        faults=refusal.fields if refusal else {},
    )
    context = {"case": referral, "sections": sections, "refusal": refusal}
    status = refusals.status_of(refusal) if refusal else 200
    return render(request, "referrals/edit.html", context, status=status)
