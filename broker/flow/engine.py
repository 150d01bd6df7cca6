"""Take one step: lock the row, ask, move it, write it down, tell the clocks.

The only place in the house that moves a state. Runs inside the caller's `acting(actor)`.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models

from broker.access.decision import Decision
from broker.basics import rows
from broker.basics.actor import Actor
from broker.basics.clock import now
from broker.clocks import telling
from broker.flow.case import Case
from broker.flow.table import Flow, Step
from broker.ledger import append as ledger

log = logging.getLogger("broker.flow")

type May[C: Case] = Callable[[Actor, Step[Any], C], Decision]


@dataclass(frozen=True, slots=True)
class Deed:
    """What a step writes beside the move.

    `old` and `new` go into the ledger; `changes` are columns of the case; `rows` are
    unsaved rows of any room, written with the step; `events` happen to the clocks after
    the step's own; `at` is when it legally happened (aware; now, if not said).
    """

    new: Mapping[str, Any] = field(default_factory=dict)
    old: Mapping[str, Any] | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    rows: Sequence[models.Model] = ()
    events: Sequence[str] = ()
    at: datetime | None = None
    basis: str | None = None
    purpose: str | None = None


@dataclass(frozen=True, slots=True)
class Taken[C: Case]:
    """The case after the step, when it happened, and the ledger's word that proves it."""

    case: C
    appended: ledger.Appended
    at: datetime

    @property
    def event_id(self) -> UUID:
        return self.appended.event_id


def begin[C: Case](
    flow: Flow[Any], verb: str, case: C, *, actor: Actor, may: May[C], deed: Deed
) -> Taken[C]:
    """Begin the story of an unsaved `case` with `verb`; nothing is read.

    Raises NotAllowed when `may` says no.
    """
    step = flow.beginning(verb)
    may(actor, step, case).require()
    case.state = step.target
    event = _event(flow, step, case, actor, deed)
    prepared = ledger.prepare(event, begun={case.stream})
    [appended] = prepared.appended
    at = deed.at or appended.at
    clocks = telling.starting(case.watched, _events_of(step, deed), at=at)
    rows.insert(case, *deed.rows, *clocks, *prepared.rows)
    return _taken(step, case, appended, at)


def take[C: Case](
    flow: Flow[Any],
    verb: str,
    case: C,
    *,
    actor: Actor,
    may: May[C],
    deed: Callable[[C], Deed],
) -> Taken[C]:
    """Move `case` along `flow` and write the step down, or change nothing.

    The row is read again under lock before `deed` is asked what to write, so two people
    cannot take the same step. Raises WrongState, NotAllowed, or what `deed` refuses.
    """
    locked = locked_case(case)
    step = flow.step(verb, flow_state(flow, locked))
    may(actor, step, locked).require()
    return _move(flow, step, locked, actor, deed(locked))


def locked_case[C: Case](case: C) -> C:
    """Return the case as it is now, locked until the transaction ends."""
    return type(case)._default_manager.select_for_update(of=("self",)).get(pk=case.pk)


def flow_state(flow: Flow[Any], case: Case) -> Any:
    """Return the case's state as a member of the flow's own set of states."""
    return type(flow.steps[0].target)(case.state)


def take_all[C: Case](
    flow: Flow[Any],
    verb: str,
    cases: Sequence[C],
    *,
    actor: Actor,
    may: May[C],
    deed: Callable[[C], Deed],
) -> list[Taken[C]]:
    """Take the same step with many cases: one lock, one write; cases it does not fit stay.

    `deed` is asked once for each case that is moved; their rows are all of one kind.
    A case that is no longer in a state from which `verb` leads is left out of the answer.
    Raises NotAllowed when `may` says no to one of them: then none has moved.
    """
    if not cases:
        return []
    pairs = list(_fitting(flow, verb, locked_cases(cases)))
    for case, step in pairs:
        may(actor, step, case).require()
    moves = [(case, step, deed(case)) for case, step in pairs]
    prepared = ledger.prepare(
        *(_event(flow, step, case, actor, done, came_from=case.state) for case, step, done in moves)
    )
    for case, step, done in moves:
        _change(case, step, done)
    written = (row for _, _, done in moves for row in done.rows)
    rows.insert(*written, *(case for case, _, _ in moves), *prepared.rows)
    return [
        _told(step, case, done, appended)
        for (case, step, done), appended in zip(moves, prepared.appended, strict=True)
    ]


def locked_cases[C: Case](cases: Sequence[C]) -> list[C]:
    """Return the cases (of one app) as they are now, locked in the order of their keys."""
    if not cases:
        return []
    lock = type(cases[0])._default_manager.select_for_update(of=("self",))
    return list(lock.filter(pk__in=[case.pk for case in cases]).order_by("pk"))


def _fitting[C: Case](
    flow: Flow[Any], verb: str, cases: Sequence[C]
) -> Iterator[tuple[C, Step[Any]]]:
    for case in cases:
        for step in flow.leading_from(flow_state(flow, case)):
            if step.verb == verb:
                yield case, step


def _move[C: Case](flow: Flow[Any], step: Step[Any], case: C, actor: Actor, deed: Deed) -> Taken[C]:
    event = _event(flow, step, case, actor, deed, came_from=case.state)
    prepared = ledger.prepare(event)
    _change(case, step, deed)
    rows.insert(*deed.rows, case, *prepared.rows)
    return _told(step, case, deed, prepared.appended[0])


def _change(case: Case, step: Step[Any], deed: Deed) -> None:
    case.state, case.moved_at = step.target, now()
    for column, value in deed.changes.items():
        setattr(case, column, value)


def _event(
    flow: Flow[Any],
    step: Step[Any],
    case: Case,
    actor: Actor,
    deed: Deed,
    *,
    came_from: str | None = None,
) -> ledger.Event:
    old = {"state": came_from, **(deed.old or {})} if came_from else deed.old
    return ledger.Event(
        verb=f"{flow.noun}.{step.verb}",
        stream=case.stream,
        actor=actor,
        subjects=(ledger.Subject(flow.noun, str(case.id)),),
        instrument=ledger.InstrumentRef(case.instrument_id, case.instrument_sha256),
        old=old,
        new={"state": step.target, **deed.new},
        basis=deed.basis,
        purpose=deed.purpose,
        organisations=tuple(case.parties),
    )


def _told[C: Case](step: Step[Any], case: C, deed: Deed, appended: ledger.Appended) -> Taken[C]:
    """Tell the clocks of a case that was there before, and return what was taken."""
    at = deed.at or appended.at
    for event in _events_of(step, deed):
        telling.tell(case.watched, event, at=at)
    return _taken(step, case, appended, at)


def _events_of(step: Step[Any], deed: Deed) -> list[str]:
    return ([step.event] if step.event else []) + list(deed.events)


def _taken[C: Case](step: Step[Any], case: C, appended: ledger.Appended, at: datetime) -> Taken[C]:
    log.info(
        "step_taken",
        extra={"verb": step.verb, "case": case.reference, "event": str(appended.event_id)},
    )
    return Taken(case, appended, at)
