"""Whether the engine keeps up, as the banner of every page says it. It starts nothing."""

from dataclasses import dataclass
from datetime import timedelta

from broker.basics import heartbeat


@dataclass(frozen=True, slots=True)
class Late:
    """The engine has been silent for `span`; None where it has not been heard of at all."""

    span: timedelta | None


def late() -> Late | None:
    """Return how late the sweep is that was heard of least lately, or None if all is well."""
    ages = [heartbeat.age_s(name) for name in heartbeat.SWEEPS if heartbeat.is_late(name)]
    if not ages:
        return None
    known = [age for age in ages if age is not None]
    return Late(timedelta(seconds=max(known)) if len(known) == len(ages) else None)
