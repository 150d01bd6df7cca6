"""What each seat's work waits for, in both kinds of business: a table, no code."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from broker.access.permissions import Permission
from evidence import flow as evidence
from referrals import flow as referrals

P, R, S = Permission, evidence.State, referrals.State


@dataclass(frozen=True, slots=True)
class Wait:
    """A panel: open cases in these `states`, for who holds `needs` and not `unless`.

    `key` is that of the rail's place with the same count. One that is not `always` shows
    only while something waits.
    """

    key: str
    title: str | Promise
    states: frozenset[str]
    needs: Permission
    route: str
    unless: Permission | None = None
    always: bool = False


def _of(*states: str) -> frozenset[str]:
    return frozenset(states)


REFERRALS = (
    Wait(
        "referral-inbox",
        _("Referrals to answer"),
        _of(S.SENT, S.RECEIVED, S.IMPEDED),
        P.REFERRAL_ANSWER,
        "referrals:inbox",
        always=True,
    ),
    Wait(
        "clarify",
        _("A platform asks back"),
        _of(S.CLARIFYING),
        P.REFERRAL_CLARIFY,
        "referrals:queue",
    ),
    Wait(
        "approvals",
        _("Drafts to approve"),
        _of(S.DRAFT),
        P.REFERRAL_APPROVE,
        "referrals:approvals",
        always=True,
    ),
    Wait("send", _("Approved, to send"), _of(S.APPROVED), P.REFERRAL_SEND, "referrals:queue"),
    Wait("close", _("Answered, to close"), _of(S.ANSWERED), P.REFERRAL_CLOSE, "referrals:queue"),
    Wait(
        "referrals",
        _("Referrals with the platforms"),
        _of(S.SENT, S.RECEIVED, S.IMPEDED),
        P.REFERRAL_READ,
        "referrals:queue",
        unless=P.REFERRAL_ANSWER,
        always=True,
    ),
)

REQUESTS = (
    Wait(
        "request-inbox",
        _("Evidence requests to answer"),
        _of(R.SENT, R.RECEIVED, R.PRESERVING),
        P.REQUEST_ANSWER,
        "evidence:inbox",
        always=True,
    ),
    Wait(
        "retrieve",
        _("Packages ready to retrieve"),
        _of(R.RELEASED),
        P.PACKAGE_RETRIEVE,
        "evidence:queue",
        always=True,
    ),
    Wait(
        "clarify-request",
        _("A platform asks about a request"),
        _of(R.CLARIFYING),
        P.REQUEST_CLARIFY,
        "evidence:queue",
    ),
    Wait(
        "validations",
        _("Requests to validate"),
        _of(R.DRAFT),
        P.REQUEST_VALIDATE,
        "evidence:validations",
        always=True,
    ),
    Wait(
        "send-request",
        _("Validated, to send"),
        _of(R.VALIDATED),
        P.REQUEST_SEND,
        "evidence:queue",
    ),
    Wait(
        "requests",
        _("Evidence requests under way"),
        _of(R.SENT, R.RECEIVED, R.PRESERVING, R.PACKAGE_RECEIVED, R.RETRIEVED, R.REFUSED),
        P.REQUEST_READ,
        "evidence:queue",
        unless=P.REQUEST_ANSWER,
        always=True,
    ),
)
