"""How the log stands: what is signed, since when, and what still waits for its place."""

from dataclasses import dataclass
from datetime import datetime

from broker.ledger.models import Checkpoint, Entry, Pool


@dataclass(frozen=True, slots=True)
class Standing:
    """`signed_at` is the age of the head; `waiting_since` that of the oldest waiting entry."""

    size: int
    signed_at: datetime | None
    waiting_since: datetime | None


def standing() -> Standing:
    """Read the standing in three look-ups by key."""
    last = Checkpoint.objects.order_by("-size").values_list("size", "at").first()
    oldest = Pool.objects.order_by("id").values_list("entry", flat=True).first()
    since = oldest and Entry.objects.filter(pk=oldest).values_list("at", flat=True).first()
    size, signed_at = last or (0, None)
    return Standing(size, signed_at, since or None)


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint as it was signed: `root` in hex, `note` its signed note."""

    size: int
    root: str
    note: str
    at: datetime


def newest() -> Signed | None:
    """Return the newest signed checkpoint, or None before the first."""
    row = Checkpoint.objects.order_by("-size").first()
    return Signed(row.size, bytes(row.root).hex(), row.note, row.at) if row else None


def backlog(*, most: int) -> int:
    """Return how many accepted events wait for their place, counting no further than `most`."""
    return Pool.objects.all()[:most].count()
