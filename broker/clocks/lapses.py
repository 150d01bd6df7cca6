"""Tell the cases whose period has lapsed, in a transaction of its own.

The sweep that rings holds clocks and must not wait for cases, for a step holds its case and
waits for clocks. So the lapse is rung first and told here, a moment later, exactly once.
"""

from django.db.models import QuerySet

from broker.access.acting import acting
from broker.basics.actor import SYSTEM
from broker.basics.aside import Aside
from broker.basics.clock import now
from broker.basics.swept import Swept
from broker.clocks.models import Alert, Clock, Status
from broker.clocks.signals import periods_lapsed

BATCH = 500

_aside = Aside()


def sweep_once() -> Swept:
    """Tell of the lapses nobody was told of yet; an idle round reads one row."""
    untold = _aside.without(Alert.objects.filter(lapse=True, told_at=None))
    if not untold.exists():
        return Swept(done=0)
    done = _aside.work(untold.order_by("planned_at"), _tell, most=BATCH)
    return Swept(done=done, next_at=now() if done == BATCH else None)


def _tell(untold: QuerySet[Alert]) -> int:
    with acting(SYSTEM):
        claimed = list(
            untold.select_for_update(skip_locked=True, of=("self",)).select_related("clock")[:BATCH]
        )
        Alert.objects.filter(id__in=[alert.id for alert in claimed]).update(told_at=now())
        clocks = [alert.clock for alert in claimed if alert.clock.status == Status.LAPSED]
        if clocks:
            periods_lapsed.send(Clock, clocks=clocks)
    return len(claimed)
