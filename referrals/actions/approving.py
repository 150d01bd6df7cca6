"""Approve the exact text of an order, by as many people as its instrument asks."""

from broker.basics.actor import Actor
from broker.basics.clock import now
from broker.basics.errors import Conflict
from broker.flow import engine
from broker.flow.engine import Deed, Taken
from broker.forms.validation import validate
from referrals.actions import order
from referrals.flow import REFERRAL
from referrals.models import Approval, Item, Referral
from referrals.policy import may


def approve(referral: Referral, *, text_sha256: str, method: str, actor: Actor) -> Taken[Referral]:
    """Record that `actor` stands behind the text with digest `text_sha256` (hex).

    `method` is how the person proved themselves for this approval, not for signing in.
    With the last approval the instrument asks, the order is issued and signed by the unit.
    Raises Conflict when the text is no longer the one that was read, Invalid when the form
    is not complete, NotAllowed or WrongState.
    """
    verb = "approve" if _is_last(engine.locked_case(referral)) else "countersign"

    def deed(locked: Referral) -> Deed:
        items = list(locked.items.all())
        validate(locked.instrument.form, locked.form)
        _require_same_text(locked, items, text_sha256)
        approval = Approval(
            referral=locked,
            actor=actor.id,
            service_number=actor.service_number,
            text_sha256=text_sha256,
            method=method,
        )
        new = {"text_sha256": text_sha256, "method": method}
        changes = _issued(locked, items, approval) if verb == "approve" else {}
        return Deed(new=new, rows=[approval], changes=changes)

    return engine.take(REFERRAL, verb, referral, actor=actor, may=may, deed=deed)


def _is_last(referral: Referral) -> bool:
    given = Approval.objects.filter(referral=referral, void=False).count()
    return given + 1 >= referral.instrument.approvals.needed


def _require_same_text(referral: Referral, items: list[Item], read: str) -> None:
    if order.text_sha256(referral, items) != read:
        raise Conflict(
            "The text has changed since you opened it.",
            why="An approval is bound to the exact text that was read.",
            remedy="Read the present text, then approve it.",
        )


def _issued(referral: Referral, items: list[Item], last: Approval) -> dict[str, object]:
    earlier = list(Approval.objects.filter(referral=referral, void=False).order_by("at"))
    issued = order.issue(referral, items, [*earlier, last], at=now())
    signature, key_sha256 = order.sign(referral.unit, issued)
    return {"order": issued, "order_signature": signature, "order_key": key_sha256}
