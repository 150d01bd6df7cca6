"""Keep the case's own copy of its next due time, by which queues are sorted."""

from broker.clocks.models import Clock, Status
from broker.law.clock import ClockKind
from referrals.models import NOT_DUE, Referral

_BINDS = {ClockKind.COMPLY, ClockKind.POLICY}


def refresh_due(referral: Referral) -> None:
    """Copy the earliest due time of the running clocks that someone must meet."""
    running = Clock.objects.filter(
        subject_id=referral.id, status__in=(Status.RUNNING, Status.LAPSED), stopped_at=None
    )
    due = [clock.due_at for clock in running if clock.due_at and clock.period.kind in _BINDS]
    referral.due_at = min(due) if due else None
    referral.queue_at = referral.due_at or NOT_DUE
    referral.save(update_fields=["due_at", "queue_at"])
