"""What a receiver sees of an order or a notification that it has not taken in: whose it is."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from broker.access.permissions import Permission
from broker.access.roles import holds
from broker.basics.actor import Actor
from broker.law.form import Audience
from broker.web.words import EFFECTS, say
from evidence.flow import UNDER_REVIEW, State
from evidence.models import Request
from evidence.policy import audience
from evidence.portal.confirming import language


def untaken(request: HttpRequest, case: Request, actor: Actor) -> HttpResponse:
    """Show the case closed, with the one button that takes it in."""
    is_notice = audience(actor, case) is Audience.ENFORCING_AUTHORITY
    open_in = UNDER_REVIEW if is_notice else {State.SENT}
    context = {
        "title": case.instrument.title.say(language()),
        "reference": case.reference,
        "rows": _rows(case),
        "act": _act(case, actor, is_notice=is_notice),
        "is_over": case.state not in open_in,
        "is_notice": is_notice,
        "emergency": case.emergency,
    }
    return render(request, "web/take_in.html", context)


def _rows(case: Request) -> list[dict[str, Any]]:
    instrument = case.instrument
    return [
        {"label": _("From"), "value": case.issuer.name},
        {"label": _("Instrument"), "value": instrument.title.say(language())},
        {"label": _("Legal basis"), "value": instrument.legal_basis.say(language())},
        {"label": _("Effect"), "value": say(EFFECTS, instrument.effect)},
        {"label": _("Sent"), "at": case.sent_at},
    ]


def _act(case: Request, actor: Actor, *, is_notice: bool) -> str:
    """Return where taking it in is posted to, or nothing for a seat that does not do so."""
    if is_notice:
        route, permission = "take_notice_in", Permission.REQUEST_SCRUTINISE
    else:
        route, permission = "take_in", Permission.REQUEST_RECEIVE
    return reverse(f"evidence:{route}", args=[case.reference]) if holds(actor, permission) else ""
