"""What the start page shows: panels of cases that wait, each row with its clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse

MOST = 100


@dataclass(frozen=True, slots=True)
class Row:
    """`clock` is a `clocks.Clock` or anything that `clock_badge` takes, or None."""

    reference: str
    address: str
    words: str
    state: str = ""
    clock: Any = None


@dataclass(frozen=True, slots=True)
class Panel:
    """`key` is that of the rail's place with the same count; `empty` stands for no rows."""

    key: str
    title: str
    count: str
    rows: Sequence[Row]
    address: str = ""
    empty: str = ""


def counted(some: Sequence[Any]) -> str:
    """Return how many there are, of a slice of at most `MOST`: nobody counts a million rows."""
    return f"{MOST - 1}+" if len(some) >= MOST else str(len(some))


def counts_of(panels: Iterable[Panel]) -> dict[str, str]:
    """Return the numbers for the rail, by the key of each place."""
    return {panel.key: panel.count for panel in panels if panel.count != "0"}


def address_of(route: str, *args: object) -> str:
    """Return the address of a route, or nothing where that part is not built in."""
    try:
        return reverse(route, args=args)
    except NoReverseMatch:
        return ""
