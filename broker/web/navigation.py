"""The left rail: places by permission. A place whose route is not built in does not show."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from broker.access.permissions import Permission


@dataclass(frozen=True, slots=True)
class Place:
    """One entry: shown to who holds `needs` and does not hold `unless`.

    `key` names its count among those the start page gives.
    """

    key: str
    label: str | Promise
    route: str
    needs: Permission | None = None
    unless: Permission | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    key: str
    label: str | Promise
    address: str
    is_here: bool
    count: str | None = None


PLACES = (
    Place("home", _("What waits"), "desk:home"),
    Place("alerts", _("Alerts"), "desk:alerts", Permission.ALERT_ACKNOWLEDGE),
    Place("new-referral", _("New referral"), "referrals:new", Permission.REFERRAL_DRAFT),
    Place(
        "referrals",
        _("Referrals"),
        "referrals:queue",
        Permission.REFERRAL_READ,
        unless=Permission.REFERRAL_ANSWER,
    ),
    Place("approvals", _("To approve"), "referrals:approvals", Permission.REFERRAL_APPROVE),
    Place("referral-inbox", _("Referrals inbox"), "referrals:inbox", Permission.REFERRAL_ANSWER),
    Place("new-request", _("New evidence request"), "evidence:new", Permission.REQUEST_DRAFT),
    Place(
        "requests",
        _("Evidence requests"),
        "evidence:queue",
        Permission.REQUEST_READ,
        unless=Permission.REQUEST_ANSWER,
    ),
    Place("validations", _("To validate"), "evidence:validations", Permission.REQUEST_VALIDATE),
    Place("request-inbox", _("Requests inbox"), "evidence:inbox", Permission.REQUEST_ANSWER),
    Place("ledger", _("Log and proofs"), "desk:ledger", Permission.LEDGER_READ),
)


def entries(
    permissions: Iterable[Permission], here: str, counts: Mapping[str, str] | None = None
) -> list[Entry]:
    """Return the rail for these permissions; `here` is the path of the page being shown."""
    held = frozenset(permissions)
    known = counts or {}
    reached = [(place, _address(place)) for place in PLACES if _is_open(place, held)]
    return [
        Entry(place.key, place.label, address, address == here, known.get(place.key))
        for place, address in reached
        if address
    ]


def _is_open(place: Place, held: frozenset[Permission]) -> bool:
    return (place.needs is None or place.needs in held) and place.unless not in held


def _address(place: Place) -> str:
    try:
        return reverse(place.route)
    except NoReverseMatch:
        return ""
