"""The life story of a request for data: which step leads from where to where. Pure data."""

from enum import StrEnum

from broker.access.permissions import Permission
from broker.flow.table import Flow, Step, begins, step
from broker.law.events import LegalEvent


class State(StrEnum):
    DRAFT = "draft"
    VALIDATED = "validated"
    SENT = "sent"
    RECEIVED = "received"
    PRESERVING = "preserving"
    CLARIFYING = "clarifying"
    PACKAGE_RECEIVED = "package_received"
    RELEASED = "released"
    RETRIEVED = "retrieved"
    REFUSED = "refused"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


S, P, E = State, Permission, LegalEvent

# The platform has the order and has not produced everything yet.
AT_WORK = frozenset({S.RECEIVED, S.PRESERVING})
# Where a package may lie that waits for its release.
RELEASABLE = AT_WORK | {S.CLARIFYING, S.PACKAGE_RECEIVED}
# An enforcing authority that was notified may still decide.
UNDER_REVIEW = frozenset(
    {S.SENT, S.RECEIVED, S.PRESERVING, S.CLARIFYING, S.PACKAGE_RECEIVED, S.RELEASED, S.RETRIEVED}
)


def _stays(
    verb: str, states: frozenset[State], permission: Permission, *, event: str | None = None
) -> tuple[Step[State], ...]:
    """Return steps that write something down and leave the case where it is."""
    return tuple(step(verb, {state}, state, permission, event=event) for state in sorted(states))


REQUEST = Flow(
    "request",
    begins("draft", S.DRAFT, P.REQUEST_DRAFT),
    step("edit", {S.DRAFT}, S.DRAFT, P.REQUEST_DRAFT),
    step("validate", {S.DRAFT}, S.VALIDATED, P.REQUEST_VALIDATE, event=E.ORDER_VALIDATED),
    step("reopen", {S.VALIDATED}, S.DRAFT, P.REQUEST_DRAFT),
    step("send", {S.VALIDATED}, S.SENT, P.REQUEST_SEND, event=E.ORDER_SENT),
    # The order's own event depends on whether it is an emergency; the action names it.
    step("receive", {S.SENT}, S.RECEIVED, P.REQUEST_RECEIVE),
    step("preserve", {S.RECEIVED}, S.PRESERVING, P.REQUEST_ANSWER),
    step("ask_back", set(AT_WORK), S.CLARIFYING, P.REQUEST_ANSWER, event=E.CLARIFICATION_REQUESTED),
    step(
        "clarify", {S.CLARIFYING}, S.PRESERVING, P.REQUEST_CLARIFY, event=E.CLARIFICATION_RECEIVED
    ),
    step("refuse", set(AT_WORK), S.REFUSED, P.REQUEST_ANSWER, event=E.ORDER_ANSWERED),
    step(
        "receive_package",
        {*AT_WORK, S.PACKAGE_RECEIVED, S.RELEASED, S.RETRIEVED},
        S.PACKAGE_RECEIVED,
        P.PACKAGE_UPLOAD,
        event=E.PACKAGE_RECEIVED,
    ),
    # A package that comes before the enforcing authority is done leaves the state as it is:
    # nothing that the issuing side can see may tell of it (Art. 8, Art. 10(2)).
    *_stays("deposit", AT_WORK, P.PACKAGE_UPLOAD, event=E.PACKAGE_RECEIVED),
    step("release", set(RELEASABLE), S.RELEASED, P.PACKAGE_RELEASE),
    step("retrieve", {S.RELEASED, S.RETRIEVED}, S.RETRIEVED, P.PACKAGE_RETRIEVE),
    step("retrieve", {S.CLOSED}, S.CLOSED, P.PACKAGE_RETRIEVE),
    *_stays("acknowledge", frozenset({S.RETRIEVED, S.CLOSED}), P.PACKAGE_RETRIEVE),
    *_stays("note_notified", UNDER_REVIEW, P.REQUEST_RECEIVE),
    *_stays("clear", UNDER_REVIEW, P.REQUEST_SCRUTINISE, event=E.AUTHORITY_DECIDED),
    step("object", set(UNDER_REVIEW), S.REFUSED, P.REQUEST_SCRUTINISE, event=E.AUTHORITY_DECIDED),
    *_stays("note_silence", UNDER_REVIEW, P.REQUEST_NOTE_LAPSE),
    *_stays("note_lapse", frozenset({*AT_WORK, S.CLARIFYING}), P.REQUEST_NOTE_LAPSE),
    step(
        "withdraw",
        {S.DRAFT, S.VALIDATED, S.SENT, *AT_WORK, S.CLARIFYING, S.PACKAGE_RECEIVED, S.REFUSED},
        S.WITHDRAWN,
        P.REQUEST_WITHDRAW,
        event=E.ORDER_WITHDRAWN,
    ),
    step("close", {S.RETRIEVED, S.REFUSED}, S.CLOSED, P.REQUEST_CLOSE, event=E.CASE_CLOSED),
)

OPEN = frozenset(State) - {S.CLOSED, S.WITHDRAWN}
# What the addressee and the enforcing authority may ever see: not what is still being written.
SHOWN_OUTSIDE = frozenset(State) - {S.DRAFT, S.VALIDATED}
