"""Keep the case's own copy of its next due time, by which queues are sorted."""

from broker.clocks.models import Clock, Status
from broker.law.clock import ClockKind
from evidence.models import Request

_BINDS = {ClockKind.COMPLY, ClockKind.POLICY}


def refresh_due(request: Request) -> None:
    """Copy the earliest due time of the running clocks that someone must meet."""
    running = Clock.objects.filter(
        subject_id=request.id, status__in=(Status.RUNNING, Status.LAPSED), stopped_at=None
    )
    due = [clock.due_at for clock in running if clock.due_at and clock.period.kind in _BINDS]
    request.due_at = min(due) if due else None
    request.save(update_fields=["due_at"])
