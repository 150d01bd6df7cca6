"""Who may order which data, who validates, and whether another State's authority is notified."""

from collections.abc import Collection

from broker.law.instrument import Instrument


def may_issue_alone(instrument: Instrument, categories: Collection[str], seat: str) -> bool:
    """Tell whether `seat` may order all of `categories` without validation.

    Seats are names of `access.Role`. Raises NotFound for an unknown category.
    Source: Regulation (EU) 2023/1543, Art. 4, as each data category of the instrument says.
    """
    return all(seat in instrument.data_category(each).issue_alone for each in categories)


def may_issue(instrument: Instrument, categories: Collection[str], seat: str) -> bool:
    """Tell whether `seat` may order all of `categories`, if need be with validation."""
    return all(
        seat in (*found.issue_alone, *found.issue_validated)
        for found in map(instrument.data_category, categories)
    )


def validators(instrument: Instrument, categories: Collection[str]) -> frozenset[str]:
    """Return the seats that may validate an order for all of `categories`."""
    found = [frozenset(instrument.data_category(each).validate) for each in categories]
    return frozenset.intersection(*found) if found else frozenset()


def must_notify(instrument: Instrument, categories: Collection[str]) -> bool:
    """Tell whether the enforcing authority is notified, unless the waiver is claimed.

    Source: Regulation (EU) 2023/1543, Art. 8(1), 8(2).
    """
    if instrument.notification is None:
        return False
    tiers = instrument.notification.tiers
    return any(instrument.data_category(each).tier in tiers for each in categories)
