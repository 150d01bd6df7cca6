"""The platform preserves, asks back or does not produce; the authority clarifies and closes."""

from collections.abc import Sequence

from broker.basics.actor import Actor
from broker.basics.clock import iso, now
from broker.basics.errors import Invalid, WrongState
from broker.flow import engine
from broker.flow.engine import Deed, Taken
from broker.law.form import Audience
from broker.law.instrument import Instrument
from broker.law.terms import OutcomeKind
from broker.parties.models import Organisation
from evidence import queries
from evidence.actions import notices
from evidence.actions.due import refresh_due
from evidence.flow import REQUEST
from evidence.models import Message, MessageKind, Request
from evidence.policy import may

_NOT_PRODUCED = {OutcomeKind.KEPT, OutcomeKind.GONE, OutcomeKind.IMPOSSIBLE}


def preserve(request: Request, *, text: str = "", actor: Actor) -> Taken[Request]:
    """Record that the platform preserves the data until they are produced (Art. 10(1))."""
    at = now()

    def deed(locked: Request) -> Deed:
        said = message(locked, locked.platform, MessageKind.PRESERVATION, text, actor=actor)
        told = notices.issuing_side_told(locked, "preserving", {"text": text, "at": iso(at)})
        return Deed(new={"text": text}, rows=[said, *told], changes={"preserved_at": at}, at=at)

    return engine.take(REQUEST, "preserve", request, actor=actor, may=may, deed=deed)


def ask_back(
    request: Request, *, grounds: Sequence[str], text: str, actor: Actor
) -> Taken[Request]:
    """Ask the authority to clarify; what that does to the clock, the instrument says.

    Raises Invalid for a ground that is no reason to ask back, or without a question.
    Source: Regulation (EU) 2023/1543, Art. 10(6).
    """
    _demand_text(text)
    _demand_grounds(request.instrument, grounds, asks_back=True)

    def deed(locked: Request) -> Deed:
        _demand_nothing_deposited(locked)
        kind = MessageKind.QUESTION
        said = message(locked, locked.platform, kind, text, actor=actor, grounds=grounds)
        body = {"grounds": list(grounds), "text": text}
        told = notices.issuing_side_told(locked, "question", body)
        told += notices.told(locked.authority, locked, "question", body)
        return Deed(new=body, rows=[said, *told])

    return _with_due(engine.take(REQUEST, "ask_back", request, actor=actor, may=may, deed=deed))


def clarify(request: Request, *, text: str, actor: Actor) -> Taken[Request]:
    """Answer what the platform asked; its period goes on."""
    _demand_text(text)
    side = Organisation.objects.get(id=str(actor.organisation))

    def deed(locked: Request) -> Deed:
        said = message(locked, side, MessageKind.CLARIFICATION, text, actor=actor)
        told = notices.told(locked.platform, locked, "clarification", {"text": text})
        return Deed(new={"text": text}, rows=[said, *told])

    return _with_due(engine.take(REQUEST, "clarify", request, actor=actor, may=may, deed=deed))


def refuse(
    request: Request, *, outcome: str, grounds: Sequence[str], text: str, actor: Actor
) -> Taken[Request]:
    """Record that the platform does not produce, with an outcome and grounds of the instrument.

    Both the issuing side and a notified authority are told (Annex III). Raises Invalid for an
    outcome that is none of not producing, a missing or a foreign ground, or without a reason.
    """
    _demand_text(text)
    _demand_outcome(request.instrument, outcome, grounds)
    at = now()

    def deed(locked: Request) -> Deed:
        _demand_nothing_deposited(locked)
        kind = MessageKind.REFUSAL
        said = message(locked, locked.platform, kind, text, actor=actor, grounds=grounds)
        body = {"outcome": outcome, "grounds": list(grounds), "text": text}
        told = notices.issuing_side_told(locked, "refused", body)
        told += notices.told(locked.authority, locked, "refused", body)
        return Deed(new=body, rows=[said, *told], changes={"answered_at": at}, at=at)

    return _with_due(engine.take(REQUEST, "refuse", request, actor=actor, may=may, deed=deed))


def close(request: Request, *, actor: Actor) -> Taken[Request]:
    """Close a request whose package was retrieved, or that was refused."""
    taken = engine.take(REQUEST, "close", request, actor=actor, may=may, deed=lambda _: Deed())
    return _with_due(taken)


def message(
    request: Request,
    side: Organisation,
    kind: MessageKind,
    text: str,
    *,
    actor: Actor,
    grounds: Sequence[str] = (),
) -> Message:
    """Return the unsaved message of one side, its text sealed under the case's key."""
    return Message(
        request=request,
        organisation=side,
        kind=kind,
        grounds=list(grounds),
        text_sealed=request.sealed("message", {"text": text}),
        by=actor.service_number,
    )


def _with_due(taken: Taken[Request]) -> Taken[Request]:
    refresh_due(taken.case)
    return taken


def _demand_text(text: str) -> None:
    if not text.strip():
        raise Invalid(
            "The message is empty.",
            why="The other side needs to know what is meant.",
            remedy="Write what it should know.",
            fields={"text": ["Write a message."]},
        )


def _demand_outcome(instrument: Instrument, code: str, grounds: Sequence[str]) -> None:
    known = [each.code for each in instrument.outcomes if each.kind in _NOT_PRODUCED]
    if code not in known:
        raise Invalid(
            f"{code[:60]!r} is no way of not producing.",
            why=f"Under this instrument it is one of: {', '.join(known)}.",
            remedy="Give one of them, or upload the package.",
            fields={"outcome": [f"One of: {', '.join(known)}."]},
        )
    if grounds or instrument.outcome(code).needs_ground:
        _demand_grounds(instrument, grounds, asks_back=False)


def _demand_grounds(instrument: Instrument, grounds: Sequence[str], *, asks_back: bool) -> None:
    raised = instrument.grounds_of(Audience.ADDRESSEE)
    known = [each.code for each in raised if each.asks_back is asks_back]
    unknown = [ground for ground in grounds if ground not in known]
    if unknown or not grounds:
        raise Invalid(
            "The ground is missing." if not grounds else f"{unknown[0][:60]!r} is no ground here.",
            why=f"The law knows these: {', '.join(known)}.",
            remedy="Give at least one of them.",
            fields={"grounds": [f"One or more of: {', '.join(known)}."]},
        )


def _demand_nothing_deposited(request: Request) -> None:
    if queries.holds_withheld(request):
        raise WrongState(
            "The data were produced already.",
            why="A package of yours lies here and waits for the enforcing authority.",
            remedy="Wait for its decision or the end of its window.",
        )
