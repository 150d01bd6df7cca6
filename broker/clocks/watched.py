"""What a clock watches: a case as the clocks need to know it."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from broker.law.clock import Scope, Seat
from broker.law.instrument import Instrument


@dataclass(frozen=True, slots=True)
class Where:
    """A time zone (IANA name) and the place whose holidays count (`FR`, `DE-BY`, or empty)."""

    zone: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Watched:
    """A case or one item of it, its instrument, whom to alert, and where each seat is."""

    type: str
    id: UUID
    reference: str
    instrument: Instrument
    owner: UUID
    where: Mapping[Seat, Where]
    scope: Scope = Scope.CASE

    def at(self, seat: Seat) -> Where:
        """Return where `seat` is; a seat nobody holds counts in UTC without holidays."""
        return self.where.get(seat, Where("UTC"))
