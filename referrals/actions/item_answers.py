"""What a platform says of one item, and whether it can be recorded."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from broker.basics.clock import iso, now
from broker.basics.errors import Invalid, NotFound
from broker.law.instrument import Instrument
from referrals.models import DecidedUnder, Item

MOST_LETTERS = 20_000
_COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class ItemAnswer:
    """What a platform says of the item at `position`; `outcome` is one of the instrument's."""

    position: int
    outcome: str
    decided_under: str = DecidedUnder.NEITHER
    countries: Sequence[str] = ()
    manifestly_illegal: bool | None = None
    reason: str = ""
    ground: str = ""
    acted_at: datetime | None = None


def check(given: ItemAnswer, items: dict[int, Item], instrument: Instrument) -> None:
    """Raise NotFound or Invalid for an answer that cannot be recorded under `instrument`."""
    if given.position not in items:
        raise NotFound(
            f"There is no item {given.position}.",
            why=f"The referral has the items 1 to {len(items)}.",
            remedy="Name an item by its position in the order.",
        )
    outcome = instrument.outcome(given.outcome)
    if outcome.needs_ground:
        _check_ground(given, instrument)
    if given.decided_under not in DecidedUnder.values:
        raise Invalid(
            f"Nothing is decided under {given.decided_under!r}.",
            why=f"It is one of {', '.join(DecidedUnder.values)}.",
            remedy="Say under what the decision was taken.",
        )
    if given.acted_at and given.acted_at > now():
        raise Invalid(
            "The measure is said to be taken in the future.",
            why=f"It is dated {iso(given.acted_at)}.",
            remedy="Give the time at which it was taken, with its offset.",
        )
    _check_said(given)


def _check_said(given: ItemAnswer) -> None:
    if len(given.reason) > MOST_LETTERS:
        raise Invalid("The reason is too long.", why=f"It has at most {MOST_LETTERS} letters.")
    if not all(map(_COUNTRY.fullmatch, given.countries)):
        raise Invalid(
            "A country of the answer is none.",
            why="Each is named by its two letters, as in ISO 3166.",
            remedy="Write the countries as FR, DE and so on.",
        )
    if given.manifestly_illegal is not None and not given.reason:
        raise Invalid(
            "The judgement on manifest illegality has no reason.",
            why="A yes or a no counts only with its reason.",
            remedy="Give the reason, or leave the judgement out.",
        )


def _check_ground(given: ItemAnswer, instrument: Instrument) -> None:
    if not given.ground:
        raise Invalid(
            "The outcome has no ground.",
            why=f"Under this instrument {given.outcome} is answered with its ground.",
            remedy="Choose a ground.",
        )
    instrument.ground(given.ground)
