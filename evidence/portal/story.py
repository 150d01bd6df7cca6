"""A case told for its page: what happened, which steps are open to the reader, whose turn it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from broker.basics.actor import Actor
from broker.clocks.models import Alert
from broker.law.form import Audience
from broker.ledger.reading import PastEvent
from broker.web import words
from evidence import queries
from evidence.flow import REQUEST, UNDER_REVIEW, State
from evidence.models import Request, ReviewOutcome
from evidence.policy import audience, may

VERBS: dict[str, str | Promise] = {
    "request.draft": gettext_lazy("Drafted"),
    "request.edit": gettext_lazy("Draft changed"),
    "request.validate": gettext_lazy("Validated and signed"),
    "request.reopen": gettext_lazy("Taken back to the desk"),
    "request.send": gettext_lazy("Sent"),
    "request.receive": gettext_lazy("Receipt proven: the period begins"),
    "request.preserve": gettext_lazy("The platform preserves the data"),
    "request.ask_back": gettext_lazy("The platform asked back"),
    "request.clarify": gettext_lazy("Clarified"),
    "request.refuse": gettext_lazy("The platform does not produce"),
    "request.deposit": gettext_lazy("Package received and withheld"),
    "request.receive_package": gettext_lazy("Package received"),
    "package.linked": gettext_lazy("Its receipt is written into the office's log"),
    "request.release": gettext_lazy("Package released to the receiving office"),
    "request.retrieve": gettext_lazy("Retrieval announced"),
    "request.acknowledge": gettext_lazy("The receiving office signed for the package"),
    "request.note_notified": gettext_lazy("Notification proven: the authority's window begins"),
    "request.clear": gettext_lazy("The enforcing authority raises no ground"),
    "request.object": gettext_lazy("The enforcing authority refused"),
    "request.note_silence": gettext_lazy("The authority's window lapsed in silence"),
    "request.note_lapse": gettext_lazy("The period lapsed without the data"),
    "request.withdraw": gettext_lazy("Withdrawn"),
    "request.close": gettext_lazy("Closed"),
}
# Steps a person takes from the case page: verb of the flow, route, words on the button.
BUTTONS: tuple[tuple[str, str, str | Promise], ...] = (
    ("validate", "validate", gettext_lazy("Read and validate")),
    ("send", "send", gettext_lazy("Send")),
    ("edit", "edit", gettext_lazy("Change the draft")),
    ("clear", "scrutinise", gettext_lazy("Scrutinise and decide")),
    ("preserve", "preserve", gettext_lazy("Confirm preservation")),
    ("receive_package", "deliver", gettext_lazy("Deliver the data")),
    ("clarify", "clarify", gettext_lazy("Answer the question")),
    ("close", "close", gettext_lazy("Close")),
    ("retrieve", "retrieval", gettext_lazy("Retrieve the package")),
    ("ask_back", "ask_back", gettext_lazy("Ask back")),
    ("refuse", "refuse", gettext_lazy("Say that you do not produce")),
    ("reopen", "reopen", gettext_lazy("Take back to the desk")),
    ("withdraw", "withdraw", gettext_lazy("Withdraw")),
)
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
    words: str
    address: str


def timeline(case: Request, actor: Actor) -> list[Moment]:
    """Return what happened, the last first; the other sides see it from the sending on.

    What tells of a withheld package is left out for the issuing side, and with it the numbers
    of the entries: a gap between them would tell.
    """
    seat = audience(actor, case)
    events = [event for event in queries.timeline(actor, case) if event.seq is not None]
    if seat in {Audience.ADDRESSEE, Audience.ENFORCING_AUTHORITY}:
        events = events[_sending(events) :]
    is_veiled = seat is Audience.ISSUER and _is_under_review(case)
    moments = [
        _moment(event, is_numbered=not is_veiled)
        for event in events
        if event.verb != queries.WITHHELD
    ]
    if actor.organisation == str(case.issuer_id):
        moments += _rung(case)
    return sorted(moments, key=lambda moment: (moment.at, moment.seq or 0), reverse=True)


def _is_under_review(case: Request) -> bool:
    """Tell whether an authority may still hold back what comes, or has held it back for good."""
    return case.withholds or case.decision == ReviewOutcome.OBJECTED


def _sending(events: Sequence[PastEvent]) -> int:
    places = (place for place, event in enumerate(events) if event.verb == "request.send")
    return next(places, len(events))


def _moment(event: PastEvent, *, is_numbered: bool) -> Moment:
    body = event.body or {}
    who, new = body.get("actor"), body.get("new")
    byline = _by(who) if isinstance(who, dict) else ""
    told = [str(new[name]) for name in _TOLD if new.get(name)] if isinstance(new, dict) else []
    title = str(VERBS.get(event.verb, event.verb))
    return Moment(title, byline, event.at, "\n".join(told), event.seq if is_numbered else None)


def _by(who: Mapping[str, Any]) -> str:
    """Return who acted: by number, and from which seats."""
    seats = [words.say(words.ROLES, seat) for seat in str(who["role"]).split("+")]
    return ", ".join([str(who["service_number"]), *seats])


def _rung(case: Request) -> list[Moment]:
    """Return the alerts that rang for the issuer, and who has acknowledged them."""
    return [
        Moment(
            _("Alert to %(who)s") % {"who": ", ".join(alert.who)},
            "",
            alert.rung_at,
            _("Acknowledged by %(who)s") % {"who": alert.acknowledged_by}
            if alert.acknowledged_at
            else "",
        )
        for alert in Alert.objects.filter(clock__subject_id=case.id, lapse=False)
    ]


def open_steps(case: Request, actor: Actor) -> list[Button]:
    """Return the buttons for the steps that case and policy leave open to `actor`."""
    leading = {step.verb: step for step in REQUEST.leading_from(State(case.state))}
    shut = _shut(case)
    return [
        Button(str(words), reverse(f"evidence:{route}", args=[case.reference]))
        for verb, route, words in BUTTONS
        if verb in leading and verb not in shut and may(actor, leading[verb], case).allowed
    ]


def _shut(case: Request) -> set[str]:
    """Return the verbs that the facts of the case rule out though its state does not."""
    shut = set()
    if case.decision != ReviewOutcome.NONE or case.notified_at is None:
        shut.add("clear")
    if queries.holds_withheld(case):
        shut |= {"ask_back", "refuse", "preserve"}
    return shut


def shown_state(case: Request, actor: Actor) -> str:
    """Return the state to show: that of `queries.seen_state`, or that a package is withheld."""
    state = queries.seen_state(actor, case)
    is_here = state is State.PACKAGE_RECEIVED and case.withholds
    return queries.WITHHELD if is_here and queries.holds_withheld(case) else state


def whose_turn(case: Request, actor: Actor) -> str:
    """Return who must act next, and how; nothing for an ended case."""
    issuing = case.office.name if case.issuer_id == case.office_id else case.issuer.name
    validator = (case.validator or case.office).name
    authority = case.authority.name if case.authority else ""
    turns = {
        State.DRAFT: _("%(who)s reads and validates it.") % {"who": validator},
        State.VALIDATED: _("%(who)s sends it.") % {"who": issuing},
        State.SENT: _("%(who)s takes it in; until then no period runs.")
        % {"who": case.platform.name},
        State.RECEIVED: _("%(who)s preserves and delivers the data.") % {"who": case.platform.name},
        State.PRESERVING: _("%(who)s delivers the data.") % {"who": case.platform.name},
        State.CLARIFYING: _("%(who)s answers the question.") % {"who": issuing},
        State.PACKAGE_RECEIVED: _("The broker releases the package."),
        queries.WITHHELD: _("%(who)s clears it, or its window ends.") % {"who": authority},
        State.RELEASED: _("%(who)s retrieves the package.") % {"who": case.office.name},
        State.RETRIEVED: _("%(who)s closes the case.") % {"who": case.office.name},
        State.REFUSED: _("%(who)s closes or withdraws it.") % {"who": issuing},
    }
    if _decides(case, actor):
        return _("%(who)s may raise a ground until its window ends.") % {"who": authority}
    return turns.get(shown_state(case, actor), "")


def _decides(case: Request, actor: Actor) -> bool:
    is_open = case.decision == ReviewOutcome.NONE and State(case.state) in UNDER_REVIEW
    return is_open and actor.organisation == str(case.authority_id)
