"""Tell the cases whose period has lapsed, in a transaction of its own.

The sweep that rings holds clocks and must not wait for cases, for a step holds its case and
waits for clocks. So the lapse is rung first and told here, a moment later, exactly once.
"""

from broker.access.acting import acting
from broker.basics.actor import SYSTEM
from broker.basics.clock import now
from broker.basics.swept import Swept
from broker.clocks.models import Alert, Clock, Status
from broker.clocks.signals import periods_lapsed

BATCH = 500


def sweep_once() -> Swept:
    """Tell of the lapses nobody was told of yet; an idle round reads one row."""
    untold = Alert.objects.filter(lapse=True, told_at=None)
    if not untold.exists():
        return Swept(done=0)
    with acting(SYSTEM):
        claimed = list(
            untold.select_for_update(skip_locked=True, of=("self",))
            .select_related("clock")
            .order_by("planned_at")[:BATCH]
        )
        Alert.objects.filter(id__in=[alert.id for alert in claimed]).update(told_at=now())
        clocks = [alert.clock for alert in claimed if alert.clock.status == Status.LAPSED]
        if clocks:
            periods_lapsed.send(Clock, clocks=clocks)
    return Swept(done=len(claimed), next_at=now() if len(claimed) == BATCH else None)
