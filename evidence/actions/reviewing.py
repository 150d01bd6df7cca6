"""The enforcing authority is notified, decides, or lets its window pass in silence.

Source: Regulation (EU) 2023/1543, Art. 8, 10(2), 10(4), 12.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from broker.basics.actor import SYSTEM, Actor
from broker.basics.clock import iso, now
from broker.basics.errors import Invalid, WrongState
from broker.flow import engine
from broker.flow.engine import Deed, Taken
from broker.law.events import LegalEvent
from broker.law.form import Audience
from evidence.actions import notices
from evidence.actions.answering import message
from evidence.actions.due import refresh_due
from evidence.actions.releasing import release_if_any
from evidence.flow import REQUEST
from evidence.models import MessageKind, Request, ReviewOutcome
from evidence.policy import may


@dataclass(frozen=True, slots=True)
class Objection:
    """Why the authority refuses in full: grounds of the instrument, and its reasons."""

    grounds: Sequence[str]
    text: str


def note_notified(request: Request, *, at: datetime, proof: Mapping[str, Any]) -> Taken[Request]:
    """Record that the authority has the notification; its window starts at `at`."""

    def deed(locked: Request) -> Deed:
        event = (
            LegalEvent.AUTHORITY_NOTIFIED_EMERGENCY
            if locked.emergency
            else LegalEvent.AUTHORITY_NOTIFIED
        )
        return Deed(new={"proof": dict(proof)}, changes={"notified_at": at}, events=[event], at=at)

    return engine.take(REQUEST, "note_notified", request, actor=SYSTEM, may=may, deed=deed)


def clear(request: Request, *, text: str = "", actor: Actor) -> Taken[Request]:
    """Record that the authority raises no ground; a package that waits is released at once.

    Issuing side and platform are told (Art. 10(2)). Raises WrongState once it has decided or
    its window has lapsed.
    """
    at = now()

    def deed(locked: Request) -> Deed:
        _demand_open(locked)
        return _decided(locked, ReviewOutcome.CLEARED, Objection((), text), actor, at)

    taken = engine.take(REQUEST, "clear", request, actor=actor, may=may, deed=deed)
    released = release_if_any(taken.case, at=at)
    return replace(taken, case=released.case) if released else taken


def object_(request: Request, objection: Objection, *, actor: Actor) -> Taken[Request]:
    """Record that the authority refuses in full: nothing that lies here is ever released.

    In an emergency, where the data may be out already, they are served no more (Art. 10(4)).
    Raises Invalid without a ground of Art. 12, WrongState once decided or lapsed.
    """
    _demand_grounds(request, objection)
    at = now()

    def deed(locked: Request) -> Deed:
        _demand_open(locked)
        return _decided(locked, ReviewOutcome.OBJECTED, objection, actor, at)

    taken = engine.take(REQUEST, "object", request, actor=actor, may=may, deed=deed)
    refresh_due(taken.case)
    return taken


def note_silence(requests: Sequence[Request], *, ends: Mapping[UUID, datetime]) -> int:
    """Record that the window lapsed in silence, and release what waits; return how many.

    Silence is written as `lapsed`, never as an approval; `ends` says by the case's id when
    (aware, UTC).
    """
    locked = engine.locked_cases(requests)  # the authority may decide at this very moment
    open_ones = [each for each in locked if each.decision == ReviewOutcome.NONE]

    def deed(case: Request) -> Deed:
        return Deed(
            new={"review": ReviewOutcome.LAPSED},
            changes={"decision": ReviewOutcome.LAPSED, "decided_at": ends[case.id]},
            at=ends[case.id],
        )

    taken = engine.take_all(REQUEST, "note_silence", open_ones, actor=SYSTEM, may=may, deed=deed)
    for each in taken:
        release_if_any(each.case, at=each.at)
    return len(taken)


def _decided(
    request: Request, outcome: ReviewOutcome, said: Objection, actor: Actor, at: datetime
) -> Deed:
    assert request.authority is not None
    body = {
        "decision": outcome.value,
        "grounds": list(said.grounds),
        "text": said.text,
        "at": iso(at),
    }
    kind = MessageKind.DECISION
    row = message(request, request.authority, kind, said.text, actor=actor, grounds=said.grounds)
    told = notices.issuing_side_told(request, "decided", body)
    told += notices.told(request.platform, request, "decided", body)
    refused = outcome is ReviewOutcome.OBJECTED
    return Deed(
        new=body,
        rows=[row, *told],
        changes={"decision": outcome, "decided_at": at},
        events=[LegalEvent.ORDER_ANSWERED] if refused else [],
        at=at,
    )


def _demand_open(request: Request) -> None:
    if request.decision != ReviewOutcome.NONE:
        raise WrongState(
            "The enforcing authority can no longer decide.",
            why=f"Its review ended: {ReviewOutcome(request.decision).label.lower()}.",
            remedy="Turn to the issuing authority.",
        )


def _demand_grounds(request: Request, objection: Objection) -> None:
    raised = request.instrument.grounds_of(Audience.ENFORCING_AUTHORITY)
    known = [ground.code for ground in raised]
    if not objection.grounds or set(objection.grounds) - set(known) or not objection.text.strip():
        raise Invalid(
            "The decision names no ground of the law, or no reasons.",
            why=f"The grounds are: {', '.join(known)}.",
            remedy="Give at least one ground, and the reasons for it.",
            fields={"grounds": [f"One or more of: {', '.join(known)}."]},
        )
