"""Note that a period lapsed: overdue is a fact of the case, not a state."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from broker.basics.actor import SYSTEM
from broker.flow import engine
from broker.flow.engine import Deed
from referrals.flow import REFERRAL
from referrals.models import Referral
from referrals.policy import may


def note_lapse(cases: Sequence[Referral], *, ends: Mapping[UUID, datetime]) -> int:
    """Write into each case that its period to act has lapsed; return how many were open.

    `ends` says by the case's id when (aware, UTC).
    """

    def deed(case: Referral) -> Deed:
        return Deed(changes={"lapsed_at": ends[case.id]}, at=ends[case.id])

    return len(engine.take_all(REFERRAL, "note_lapse", cases, actor=SYSTEM, may=may, deed=deed))
