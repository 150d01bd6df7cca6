"""What a platform sees of an order that it has not taken in: who sent it, under which law."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from broker.access.permissions import Permission
from broker.access.roles import holds
from broker.basics.actor import Actor
from broker.web.words import EFFECTS, say
from referrals.flow import State
from referrals.models import Referral


def untaken(request: HttpRequest, referral: Referral, actor: Actor) -> HttpResponse:
    """Show the order closed, with the one button that takes it in."""
    instrument = referral.instrument
    rows: list[dict[str, Any]] = [
        {"label": _("From"), "value": referral.unit.name},
        {"label": _("Instrument"), "value": instrument.title.en},
        {"label": _("Legal basis"), "value": instrument.legal_basis.en},
        {"label": _("Effect"), "value": say(EFFECTS, instrument.effect)},
        {"label": _("Sent"), "at": referral.sent_at},
    ]
    may_take_in = holds(actor, Permission.REFERRAL_RECEIVE)
    context = {
        "title": instrument.title.en,
        "reference": referral.reference,
        "rows": rows,
        "act": reverse("referrals:take_in", args=[referral.reference]) if may_take_in else "",
        "is_over": referral.state != State.SENT,
    }
    return render(request, "web/take_in.html", context)
