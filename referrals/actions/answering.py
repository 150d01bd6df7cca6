"""A platform answers for each item; asks back; says that it cannot; goes on again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from broker.basics.actor import Actor
from broker.basics.clock import iso, now
from broker.basics.errors import Invalid, Refusal
from broker.clocks.telling import tell
from broker.flow import engine
from broker.flow.engine import Deed, Taken
from broker.law.events import LegalEvent
from broker.law.terms import OutcomeKind
from referrals.actions import feedback as news
from referrals.actions.due import refresh_due
from referrals.actions.item_answers import ItemAnswer, check
from referrals.flow import REFERRAL, State
from referrals.models import NOT_DUE, Answer, Item, Message, Referral
from referrals.policy import may

_SETTLES = {OutcomeKind.ACTED, OutcomeKind.KEPT, OutcomeKind.GONE}


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of a batch: the step taken, and why single answers were refused."""

    taken: Taken[Referral]
    recorded: list[int]
    refused: dict[int, Refusal] = field(default_factory=dict)


def answer(referral: Referral, answers: Sequence[ItemAnswer], *, actor: Actor) -> Answered:
    """Record answers item by item; good ones count even if others are refused.

    Takes the step the answers amount to: one answer more, all answered, asked back, or
    impossible for now. Raises Invalid when no single answer can be recorded, and what is wrong
    with an answer only to who may answer: it tells what the order holds.
    """
    locked = engine.locked_case(referral)
    may(actor, REFERRAL.step("answer", State(locked.state)), locked).require()
    items = {item.position: item for item in locked.items.all()}
    good: list[ItemAnswer] = []
    refused: dict[int, Refusal] = {}
    for given in answers:
        try:
            check(given, items, locked.instrument)
        except Refusal as refusal:
            refused[given.position] = refusal
        else:
            good.append(given)
    if not good:
        raise _none_good(refused)
    taken = _record(locked, items, good, actor)
    return Answered(taken, [given.position for given in good], refused)


def _none_good(refused: dict[int, Refusal]) -> Refusal:
    if not refused:
        return Invalid(
            "The answer names no item.",
            why="Each answer is for one item of the order.",
            remedy="Give at least one answer.",
        )
    faults = {f"answers.{position}": [str(why)] for position, why in refused.items()}
    return Invalid(
        "None of the answers can be recorded.",
        why="Each of them has a fault.",
        remedy="Correct the answers that are marked.",
        fields=faults,
    )


def _record(
    referral: Referral, items: dict[int, Item], good: Sequence[ItemAnswer], actor: Actor
) -> Taken[Referral]:
    at = now()
    rows = [_row(given, items[given.position], actor, at) for given in good]
    kinds = {row.item.position: referral.instrument.outcome(row.outcome).kind for row in rows}
    verb = _verb(items, kinds)

    def deed(locked: Referral) -> Deed:
        changes: dict[str, Any] = {"answered_at": at} if verb == "complete" else {}
        told = news.feedback(locked, rows, whole=verb == "complete", at=at)
        return Deed(
            new={"answers": [_written(row) for row in rows]},
            rows=[*rows, *told],
            changes=changes,
            at=at,
        )

    taken = engine.take(REFERRAL, verb, referral, actor=actor, may=may, deed=deed)
    _settle(taken.case, rows, kinds, at)
    return taken


def _row(given: ItemAnswer, item: Item, actor: Actor, at: datetime) -> Answer:
    return Answer(
        item=item,
        outcome=given.outcome,
        decided_under=given.decided_under,
        countries=list(given.countries),
        manifestly_illegal=given.manifestly_illegal,
        reason=given.reason,
        ground=given.ground,
        acted_at=given.acted_at,
        at=at,
        by=actor.service_number,
    )


def _verb(items: dict[int, Item], kinds: dict[int, OutcomeKind]) -> str:
    """Return the step that these answers, with the earlier ones, amount to."""
    if OutcomeKind.ASKS_BACK in kinds.values():
        return "ask_back"
    if OutcomeKind.IMPOSSIBLE in kinds.values():
        return "impede"
    settled = {position for position, item in items.items() if item.answered_at}
    settled |= {position for position, kind in kinds.items() if kind in _SETTLES}
    return "complete" if settled == set(items) else "answer"


def _settle(
    referral: Referral, rows: list[Answer], kinds: dict[int, OutcomeKind], at: datetime
) -> None:
    """Mark the items that have their answer, and start what must be kept of each."""
    for row in rows:
        item, kind = row.item, kinds[row.item.position]
        item.outcome = row.outcome
        item.answered_at = at if kind in _SETTLES else None
    Item.objects.bulk_update([row.item for row in rows], ["outcome", "answered_at"])
    for row in rows:
        if kinds[row.item.position] is OutcomeKind.ACTED:
            removed = LegalEvent.REMOVED_OR_DISABLED
            tell(row.item.watched(referral), removed, at=row.acted_at or at)
    refresh_due(referral)


def _written(row: Answer) -> dict[str, Any]:
    return {
        "item": row.item.position,
        "outcome": row.outcome,
        "decided_under": row.decided_under,
        "countries": row.countries,
        "manifestly_illegal": row.manifestly_illegal,
        "reason": row.reason,
        "ground": row.ground,
        "acted_at": iso(row.acted_at) if row.acted_at else None,
    }


def clarify(referral: Referral, *, text: str, actor: Actor) -> Taken[Referral]:
    """Answer what the platform asked. What that does to the clock, the instrument says.

    Source: Regulation (EU) 2021/784, Art. 3(8), for removal orders.
    """
    message = Message(
        referral=referral, organisation_id=referral.unit_id, text=text, by=actor.service_number
    )
    return _with_message(referral, "clarify", message, actor)


def resume(referral: Referral, *, text: str, actor: Actor) -> Taken[Referral]:
    """Say that the grounds for impossibility have ceased (2021/784, Art. 3(7))."""
    message = Message(
        referral=referral,
        organisation_id=referral.platform_id,
        text=text,
        by=actor.service_number,
    )
    return _with_message(referral, "resume", message, actor)


def _with_message(referral: Referral, verb: str, message: Message, actor: Actor) -> Taken[Referral]:
    if not message.text.strip():
        raise Invalid(
            "The message is empty.",
            why="The other side needs to know what is meant.",
            remedy="Write what it should know.",
            fields={"text": ["Write a message."]},
        )

    def deed(locked: Referral) -> Deed:
        told = news.message(locked, verb, message.text)
        return Deed(new={"text": message.text}, rows=[message, *told])

    taken = engine.take(REFERRAL, verb, referral, actor=actor, may=may, deed=deed)
    refresh_due(taken.case)
    return taken


def close(referral: Referral, *, actor: Actor) -> Taken[Referral]:
    """Close a referral whose items all have their answer."""
    return engine.take(
        REFERRAL,
        "close",
        referral,
        actor=actor,
        may=may,
        deed=lambda _: Deed(changes={"due_at": None, "queue_at": NOT_DUE}),
    )
