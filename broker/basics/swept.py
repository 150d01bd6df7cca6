"""What one round of a sweep did, and when the next row falls due."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Swept:
    """`done` rows were worked; nothing is due before `next_at` (None: nothing known is due)."""

    done: int
    next_at: datetime | None = None
