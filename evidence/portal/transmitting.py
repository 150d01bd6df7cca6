"""The page on which an order is sent: to whom, and by which way the law lets it travel."""

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from broker.access.acting import acting
from broker.basics.actor import Actor
from broker.forms.page import PageField
from broker.web.access import page
from evidence.actions import sending
from evidence.actions.transport import EXERCISE
from evidence.models import Request
from evidence.portal.confirming import BOTH, Typed, ask, case_words, language

# Grounds of Regulation (EU) 2023/1543, Art. 19(5), as instruments name them.
GROUNDS = {
    "disruption": gettext_lazy("The system is disrupted"),
    "nature": gettext_lazy("The nature of the material"),
    "size": gettext_lazy("Technical limits, such as its size"),
    "legal_forensic": gettext_lazy("Admissibility in court or forensic needs"),
    "exceptional": gettext_lazy("Exceptional circumstances"),
}


@require_http_methods(BOTH)
@page
def send(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Send the validated order to its addressee, and to the authority that is notified."""

    def words(case: Request, typed: Typed) -> dict[str, Any]:
        facts = {"case": case.reference, "receiver": case.platform.name}
        question = _("Send order %(case)s to %(receiver)s?") % facts
        if case.authority:
            facts["authority"] = case.authority.name
            question = _("Send order %(case)s to %(receiver)s and notify %(authority)s?") % facts
        said = case_words(case, question=question, verb=_("Send"), **_ways(case, typed))
        said["done"] = _("Sent to %(receiver)s. No period runs until receipt is proven.") % facts
        return said

    def act(case: Request, request: HttpRequest, actor: Actor) -> None:
        way, ground = request.POST.get("transport", ""), request.POST.get("transport_ground", "")
        with acting(actor):
            sending.send(case, actor=actor, transport=way, ground=ground)

    return ask(request, actor, reference, "send", act, words)


def is_playing() -> bool:
    """Tell whether this installation only plays: nothing it sends is a real order."""
    return settings.MODE in {"demo", "test"}


def _ways(case: Request, typed: Typed) -> dict[str, Any]:
    """Return what the page says and asks about the way of sending."""
    if is_playing():
        words = _(
            "This is an exercise, not the decentralised IT system: the order travels inside this "
            "installation and binds nobody."
        )
        return {"warning": words, "fields": [("transport", EXERCISE)]}
    words = (
        ""
        if settings.NATIONAL_IT_SYSTEM
        else _(
            "This installation is not a national IT system: it may send directly only by "
            "alternative means with a ground, or under another instrument."
        )
    )
    return {"warning": words, "asks": _asked(case, typed)}


def _asked(case: Request, typed: Typed) -> list[PageField]:
    ways = case.instrument.transports
    way = typed.field(
        "transport",
        "enum",
        _("How it travels"),
        help=_("It stands in every message and in the record."),
        choices=[(each.id, f"{each.label.say(language())} ({each.article})") for each in ways],
    )
    needing = [each for each in ways if each.grounds]
    if not needing:
        return [way]
    codes = dict.fromkeys(ground for each in needing for ground in each.grounds)
    ground = typed.field(
        "transport_ground",
        "enum",
        _("Ground for the alternative means"),
        article=needing[0].article,
        choices=[(code, GROUNDS.get(code, code)) for code in codes],
        required=False,
    )
    when = tuple(each.id for each in needing)
    return [way, replace(ground, when_field="transport", when_any_of=when)]
