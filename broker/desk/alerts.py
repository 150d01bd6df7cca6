"""Alerts that wait for a person of the organisation to say: I have seen it."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from broker.access.acting import acting, looking
from broker.access.permissions import Permission
from broker.access.roles import holds
from broker.basics.actor import Actor
from broker.basics.errors import Invalid
from broker.clocks.acknowledging import acknowledge as acknowledge_alerts
from broker.clocks.models import Alert
from broker.clocks.queries import waiting_alerts
from broker.web.access import page
from broker.web.panels import MOST, Panel, Row, address_of, counted

_CASES = {"referral": "referrals:case", "item": "referrals:case", "request": "evidence:case"}
_SHOWN = 6


def for_seat(actor: Actor) -> Sequence[Alert]:
    """Return the newest alerts that wait for one of the actor's seats."""
    if not holds(actor, Permission.ALERT_ACKNOWLEDGE):
        return []
    waiting = waiting_alerts(actor)[: 5 * MOST]
    mine = [alert for alert in waiting if not alert.who or actor.roles & set(alert.who)]
    return mine[:MOST]


def panel(actor: Actor) -> Panel | None:
    """Return what rang as a panel of the start page, or None when nothing waits."""
    alerts = for_seat(actor)
    if not alerts:
        return None
    rows = [_row(alert) for alert in alerts[:_SHOWN]]
    return Panel("alerts", _("Alerts"), counted(alerts), rows, address_of("desk:alerts"))


def _row(alert: Alert) -> Row:
    clock = alert.clock
    address = address_of(_CASES[clock.subject_type], clock.reference)
    return Row(clock.reference, address, _words(alert), clock=clock)


def _words(alert: Alert) -> str:
    label = alert.clock.period.label.say(get_language() or "en")
    return _("%(clock)s: the period has lapsed") % {"clock": label} if alert.lapse else label


@require_safe
@page
def alerts(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show every alert that waits for the actor's seats, the newest first."""
    with looking(actor):
        waiting = for_seat(actor)
        rows = [{"alert": alert, "row": _row(alert)} for alert in waiting]
    return render(request, "web/alerts.html", {"rows": rows})


@require_POST
@page
def acknowledge(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Acknowledge the alerts that were ticked; their rungs stop repeating."""
    ids = _ids(request.POST.getlist("alert"))
    with acting(actor):
        fresh = acknowledge_alerts(ids, actor=actor)
    told = ngettext("%(count)s alert acknowledged.", "%(count)s alerts acknowledged.", fresh)
    messages.success(request, told % {"count": fresh})
    return redirect("desk:alerts")


def _ids(texts: Sequence[str]) -> list[UUID]:
    try:
        ids = [UUID(text) for text in texts]
    except ValueError:
        ids = []
    if not ids:
        raise Invalid(
            _("No alert was chosen."),
            why=_("Only what you tick is acknowledged."),
            remedy=_("Go back and tick the alerts you have seen."),
        )
    return ids
