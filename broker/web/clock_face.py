"""How a clock looks on a page: a colour and, always, words. It counts nothing itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from broker.basics.clock import now
from broker.web.times import length

SOON = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Badge:
    """`colour` is grey, green, amber or red, and `words` say the same without it."""

    colour: str
    words: str
    due_at: datetime | None = None


def badge(
    *,
    due_at: datetime | None,
    lapses_at: datetime | None = None,
    status: str = "running",
    binding: bool = True,
) -> Badge:
    """Return what to show for a clock; the names are those of `clocks.Clock`.

    `due_at` is None where the law has no number. Between `due_at` and `lapses_at` the two
    readings of the period differ, and the badge says so. A period missed is "overdue" where
    the law binds and "late" elsewhere.
    """
    if status in {"met", "restarted", "void"}:
        return _ended(status, due_at)
    if status == "suspended":
        return Badge("grey", _("clock stands still"), due_at)
    if due_at is None:
        return Badge("grey", _("no statutory period"))
    return _running(due_at, lapses_at or due_at, binding)


def none_yet() -> Badge:
    """Return what to show where a period has not begun, or where nothing is counted."""
    return Badge("grey", _("no clock runs"))


def _ended(status: str, due_at: datetime | None) -> Badge:
    if status == "met":
        return Badge("green", _("met"), due_at)
    words = _("started anew") if status == "restarted" else _("clock stopped")
    return Badge("grey", words, due_at)


def _running(due_at: datetime, lapses_at: datetime, binding: bool) -> Badge:
    left = due_at - now()
    if left > timedelta(0):
        colour = "green" if left > SOON else "amber"
        return Badge(colour, _("%(time)s left") % {"time": length(left)}, due_at)
    if lapses_at > now():
        times = {"time": length(left), "rest": length(lapses_at - now())}
        return Badge("amber", _("due %(time)s ago, lapses in %(rest)s") % times, due_at)
    words = _("overdue by %(time)s") if binding else _("late by %(time)s")
    return Badge("red", words % {"time": length(left)}, due_at)
