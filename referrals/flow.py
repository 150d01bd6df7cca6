"""The life story of a referral: which step leads from where to where. Pure data."""

from enum import StrEnum

from broker.access.permissions import Permission
from broker.flow.table import Flow, begins, step
from broker.law.events import LegalEvent


class State(StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"
    SENT = "sent"
    RECEIVED = "received"
    CLARIFYING = "clarifying"
    IMPEDED = "impeded"
    ANSWERED = "answered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


S, P, E = State, Permission, LegalEvent

REFERRAL = Flow(
    "referral",
    begins("draft", S.DRAFT, P.REFERRAL_DRAFT),
    begins("file", S.SENT, P.REFERRAL_SEND, event=E.ORDER_SENT),
    step("edit", {S.DRAFT}, S.DRAFT, P.REFERRAL_DRAFT),
    step("countersign", {S.DRAFT}, S.DRAFT, P.REFERRAL_APPROVE),
    step("approve", {S.DRAFT}, S.APPROVED, P.REFERRAL_APPROVE),
    step("reopen", {S.APPROVED}, S.DRAFT, P.REFERRAL_DRAFT),
    step("send", {S.APPROVED}, S.SENT, P.REFERRAL_SEND, event=E.ORDER_SENT),
    step("receive", {S.SENT}, S.RECEIVED, P.REFERRAL_RECEIVE, event=E.ORDER_RECEIVED),
    step("answer", {S.RECEIVED}, S.RECEIVED, P.REFERRAL_ANSWER),
    step("complete", {S.RECEIVED}, S.ANSWERED, P.REFERRAL_ANSWER, event=E.ORDER_ANSWERED),
    step(
        "ask_back",
        {S.RECEIVED},
        S.CLARIFYING,
        P.REFERRAL_ANSWER,
        event=E.CLARIFICATION_REQUESTED,
    ),
    step(
        "clarify",
        {S.CLARIFYING},
        S.RECEIVED,
        P.REFERRAL_CLARIFY,
        event=E.CLARIFICATION_RECEIVED,
    ),
    step("impede", {S.RECEIVED}, S.IMPEDED, P.REFERRAL_ANSWER, event=E.GROUND_KNOWN),
    step("resume", {S.IMPEDED}, S.RECEIVED, P.REFERRAL_ANSWER, event=E.GROUNDS_CEASED),
    # A period that asking back or a ground does not stop may end in these as well.
    *(
        step("note_lapse", {state}, state, P.REFERRAL_NOTE_LAPSE)
        for state in (S.RECEIVED, S.CLARIFYING, S.IMPEDED)
    ),
    step(
        "withdraw",
        {S.DRAFT, S.APPROVED, S.SENT, S.RECEIVED, S.CLARIFYING, S.IMPEDED},
        S.WITHDRAWN,
        P.REFERRAL_WITHDRAW,
        event=E.ORDER_WITHDRAWN,
    ),
    step("close", {S.ANSWERED}, S.CLOSED, P.REFERRAL_CLOSE, event=E.CASE_CLOSED),
)

OPEN = frozenset(State) - {S.CLOSED, S.WITHDRAWN}
# What a platform may ever see: not what is still being written.
SHOWN_TO_PLATFORM = frozenset(State) - {S.DRAFT, S.APPROVED}
