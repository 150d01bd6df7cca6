"""Outward acts on a referral, each with one confirmation: approve, send, withdraw and so on."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from broker.access.acting import acting
from broker.basics.actor import Actor
from broker.forms.readable import readable
from broker.law.form import Audience
from broker.web.access import page
from broker.web.proving import require_code
from referrals.actions import answering, approving, drafting, order, sending
from referrals.models import Referral
from referrals.portal.confirming import BOTH, acted, ask, case_words


@require_http_methods(BOTH)
@page
def approve(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Show the exact text, and approve it with a fresh code."""

    def words(referral: Referral) -> dict[str, Any]:
        items = list(referral.items.all())
        text = order.text(referral, items)
        return {
            "template": "referrals/approve.html",
            "items": items,
            "parts": readable(referral.instrument.form, text["form"], Audience.ADDRESSEE),
            "missing": order.missing(referral),
            "text_sha256": order.text_sha256(referral, items),
            "done": _("Approved and signed."),
        }

    def act(referral: Referral, request: HttpRequest, actor: Actor) -> None:
        require_code(request, verb="officer.proved")  # what opened the session does not count
        with acting(actor):
            read = request.POST.get("text_sha256", "")
            approving.approve(referral, text_sha256=read, method="totp", actor=actor)

    return ask(request, actor, reference, "approve", act, words)


@require_http_methods(BOTH)
@page
def send(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Send the approved order to its receiver."""

    def words(referral: Referral) -> dict[str, Any]:
        facts = {
            "case": referral.reference,
            "count": referral.items.count(),
            "receiver": referral.platform.name,
        }
        return case_words(
            referral,
            question=_("Send %(case)s to %(receiver)s, %(count)s addresses?") % facts,
            verb=_("Send"),
            done=_("Sent to %(receiver)s.") % facts,
        )

    return ask(request, actor, reference, "send", acted(sending.send), words)


@require_http_methods(BOTH)
@page
def reopen(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Take an approved order back to the desk."""

    def words(referral: Referral) -> dict[str, Any]:
        return case_words(
            referral,
            question=_("Take %(case)s back to the desk?") % {"case": referral.reference},
            warning=_("Its approvals become void; the changed text needs new ones."),
            verb=_("Take back to the desk"),
            done=_("It is a draft again."),
        )

    return ask(request, actor, reference, "reopen", acted(drafting.reopen), words)


@require_http_methods(BOTH)
@page
def close(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Close a case whose addresses all have their answer."""

    def words(referral: Referral) -> dict[str, Any]:
        return case_words(
            referral,
            question=_("Close %(case)s?") % {"case": referral.reference},
            verb=_("Close"),
            done=_("Closed."),
        )

    return ask(request, actor, reference, "close", acted(answering.close), words)


@require_http_methods(BOTH)
@page
def withdraw(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Withdraw the referral, with a reason that its receiver reads."""

    def words(referral: Referral) -> dict[str, Any]:
        facts = {"case": referral.reference, "receiver": referral.platform.name}
        return case_words(
            referral,
            question=_("Withdraw %(case)s from %(receiver)s?") % facts,
            warning=_("This cannot be undone. %(receiver)s is told if it may know of it.") % facts,
            verb=_("Withdraw"),
            destroys=True,
            asks={"name": "reason", "label": _("Reason")},
            done=_("Withdrawn."),
        )

    def act(referral: Referral, request: HttpRequest, actor: Actor) -> None:
        with acting(actor):
            sending.withdraw(referral, reason=request.POST.get("reason", ""), actor=actor)

    return ask(request, actor, reference, "withdraw", act, words)
