"""The events that start, stop, restart or pause a clock: flows name them, instruments use them."""

from enum import StrEnum


class LegalEvent(StrEnum):
    """What can happen to a case in the eyes of the law. Values are what flows write."""

    # A referral, an order or a notice
    ORDER_SENT = "order_sent"
    ORDER_RECEIVED = "order_received"
    EMERGENCY_ORDER_RECEIVED = "emergency_order_received"
    ORDER_ANSWERED = "order_answered"
    ORDER_WITHDRAWN = "order_withdrawn"
    CASE_CLOSED = "case_closed"
    REMOVED_OR_DISABLED = "removed_or_disabled"
    MEASURE_TAKEN = "measure_taken"
    CLARIFICATION_REQUESTED = "clarification_requested"
    CLARIFICATION_RECEIVED = "clarification_received"
    GROUND_KNOWN = "ground_known"
    GROUNDS_CEASED = "grounds_ceased"
    PRIOR_INFO_SENT = "prior_info_sent"
    FINAL = "final"
    # A request for data
    ORDER_ISSUED_UNVALIDATED = "order_issued_unvalidated"
    ORDER_VALIDATED = "order_validated"
    PACKAGE_RECEIVED = "package_received"
    OBJECTION_RAISED = "objection_raised"
    AUTHORITY_NOTIFIED = "authority_notified"
    AUTHORITY_NOTIFIED_EMERGENCY = "authority_notified_emergency"
    AUTHORITY_DECIDED = "authority_decided"
    # What a clock itself says when it runs out
    COMPLY_LAPSED = "comply_lapsed"
    TARGET_MISSED = "target_missed"
    RETENTION_ENDED = "retention_ended"
    REVIEW_LAPSED = "review_lapsed"
    CLARIFICATION_LAPSED = "clarification_lapsed"
    VALIDATION_LAPSED = "validation_lapsed"
    OBJECTION_LAPSED = "objection_lapsed"
