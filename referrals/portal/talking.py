"""Pages on which both sides talk about a case: a question answered, an obstacle gone."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from broker.access.acting import acting
from broker.basics.actor import Actor
from broker.web.access import page
from referrals.actions import answering
from referrals.models import Referral
from referrals.portal.confirming import BOTH, ask, case_words


@require_http_methods(BOTH)
@page
def clarify(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Answer what the platform asked; the page says what that does to the clock."""

    def words(referral: Referral) -> dict[str, Any]:
        facts = {"case": referral.reference, "receiver": referral.platform.name}
        return case_words(
            referral,
            question=_("Answer the question of %(receiver)s on %(case)s?") % facts,
            warning=asking_back_words(referral),
            verb=_("Send the answer"),
            asks={"name": "text", "label": _("Answer")},
            done=_("The answer is sent."),
        )

    def act(referral: Referral, request: HttpRequest, actor: Actor) -> None:
        with acting(actor):
            answering.clarify(referral, text=request.POST.get("text", ""), actor=actor)

    return ask(request, actor, reference, "clarify", act, words)


@require_http_methods(BOTH)
@page
def resume(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """The platform says that what stood in the way has ceased."""

    def words(referral: Referral) -> dict[str, Any]:
        facts = {"case": referral.reference}
        return case_words(
            referral,
            question=_("Say that %(case)s can be carried out now?") % facts,
            warning=_("A full fresh period begins where the instrument says so."),
            verb=_("Say so"),
            asks={"name": "text", "label": _("What has changed")},
            done=_("Said. The period runs."),
        )

    def act(referral: Referral, request: HttpRequest, actor: Actor) -> None:
        with acting(actor):
            answering.resume(referral, text=request.POST.get("text", ""), actor=actor)

    return ask(request, actor, reference, "resume", act, words)


def asking_back_words(referral: Referral) -> str:
    """Return what asking back does to the clock, as the instrument says."""
    told = {
        "restart": _("When the answer is received, a full fresh period begins."),
        "suspend": _("The period stands still until the answer is received."),
        "nothing": _("The period runs on meanwhile."),
    }
    clocks = [clock for clock in referral.instrument.clocks if clock.suspend_on or clock.restart_on]
    return told[clocks[0].asking_back if clocks else "nothing"]
