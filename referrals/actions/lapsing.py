"""Note that a period lapsed: overdue is a fact of the case, not a state."""

from collections.abc import Sequence
from datetime import datetime

from broker.basics.actor import SYSTEM
from broker.flow import engine
from broker.flow.engine import Deed
from referrals.flow import REFERRAL
from referrals.models import Referral
from referrals.policy import may


def note_lapse(cases: Sequence[Referral], *, at: datetime) -> int:
    """Write into each case that its period to act has lapsed; return how many were open."""
    return len(
        engine.take_all(
            REFERRAL,
            "note_lapse",
            cases,
            actor=SYSTEM,
            may=may,
            deed=Deed(changes={"lapsed_at": at}, at=at),
        )
    )
