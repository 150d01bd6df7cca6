"""A case told for its page: the timeline, and the steps that are open to who reads it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from broker.access.decision import Decision
from broker.basics.actor import Actor
from broker.clocks.models import Alert
from broker.ledger.reading import PastEvent, events_of
from broker.web import words
from referrals.flow import REFERRAL, State
from referrals.models import Referral
from referrals.policy import may

VERBS: dict[str, str | Promise] = {
    "referral.draft": gettext_lazy("Drafted"),
    "referral.file": gettext_lazy("Filed and sent"),
    "referral.edit": gettext_lazy("Draft changed"),
    "referral.countersign": gettext_lazy("Countersigned"),
    "referral.approve": gettext_lazy("Approved and signed"),
    "referral.reopen": gettext_lazy("Taken back to the desk"),
    "referral.send": gettext_lazy("Sent"),
    "referral.receive": gettext_lazy("Receipt proven: the period begins"),
    "referral.answer": gettext_lazy("Answered in part"),
    "referral.complete": gettext_lazy("Answered"),
    "referral.ask_back": gettext_lazy("The platform asked back"),
    "referral.clarify": gettext_lazy("Clarified"),
    "referral.impede": gettext_lazy("The platform reported that it cannot comply"),
    "referral.resume": gettext_lazy("The obstacle has ceased"),
    "referral.note_lapse": gettext_lazy("The period lapsed without an answer"),
    "referral.withdraw": gettext_lazy("Withdrawn"),
    "referral.close": gettext_lazy("Closed"),
}
# Steps a person takes from the case page, with the words on the button.
BUTTONS: dict[str, str | Promise] = {
    "edit": gettext_lazy("Change the draft"),
    "approve": gettext_lazy("Read and approve"),
    "send": gettext_lazy("Send"),
    "reopen": gettext_lazy("Take back to the desk"),
    "answer": gettext_lazy("Answer"),
    "clarify": gettext_lazy("Answer the question"),
    "resume": gettext_lazy("Say that it can be done now"),
    "close": gettext_lazy("Close"),
    "withdraw": gettext_lazy("Withdraw"),
}
_SENT_VERBS = {"referral.send", "referral.file"}
_TOLD = ("reason", "text")


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline."""

    title: str
    byline: str
    at: datetime
    text: str = ""
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """A step to take; a `quiet` one is never the page's first thing to do."""

    words: str
    address: str
    quiet: bool = False


def timeline(referral: Referral, actor: Actor) -> list[Moment]:
    """Return what happened, the last first; the addressee sees it from the sending on."""
    events = events_of(referral.stream, readings=False)
    if actor.organisation == str(referral.platform_id):
        first = next((n for n, e in enumerate(events) if e.verb in _SENT_VERBS), len(events))
        events = events[first:]
    moments = [_moment(event) for event in events]
    if actor.organisation == str(referral.unit_id):
        moments += _rung(referral)
    return sorted(moments, key=lambda moment: moment.at, reverse=True)


def _moment(event: PastEvent) -> Moment:
    body = event.body or {}
    who, new = body.get("actor"), body.get("new")
    byline = _by(who) if isinstance(who, dict) else ""
    text = ""
    if isinstance(new, dict):
        text = "\n".join(str(new[name]) for name in _TOLD if new.get(name))
    return Moment(str(VERBS.get(event.verb, event.verb)), byline, event.at, text, event.seq)


def _by(who: Mapping[str, Any]) -> str:
    """Return who acted: by number, and from which seats."""
    seats = [words.say(words.ROLES, seat) for seat in str(who["role"]).split("+")]
    return ", ".join([str(who["service_number"]), *seats])


def _rung(referral: Referral) -> list[Moment]:
    alerts = Alert.objects.filter(clock__subject_id=referral.id, lapse=False)
    return [
        Moment(
            _("Alert to %(who)s") % {"who": ", ".join(alert.who)},
            "",
            alert.rung_at,
            _("Acknowledged by %(who)s") % {"who": alert.acknowledged_by}
            if alert.acknowledged_at
            else "",
        )
        for alert in alerts
    ]


def open_steps(referral: Referral, actor: Actor) -> Sequence[Button]:
    """Return the buttons for the steps that the case and the policy leave open to `actor`."""
    buttons = []
    for verb, label in BUTTONS.items():
        if _may(verb, referral, actor).allowed:
            address = reverse(f"referrals:{verb}", args=[referral.reference])
            buttons.append(Button(str(label), address, quiet=verb == "withdraw"))
    return buttons


def _may(verb: str, referral: Referral, actor: Actor) -> Decision:
    state = State(referral.state)
    for step in REFERRAL.leading_from(state):
        if step.verb == verb:
            return may(actor, step, referral)
    return Decision(allowed=False)
