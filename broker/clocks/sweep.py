"""Claim the clocks whose next alert is due, in batches, and ring each alert exactly once.

Several sweeps may run at once: row claims keep them apart. Killing one changes lateness only.
"""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from broker.access.acting import acting
from broker.basics import rows
from broker.basics.actor import SYSTEM
from broker.basics.aside import Aside
from broker.basics.clock import now
from broker.basics.swept import Swept
from broker.clocks.models import Alert, Clock, Status
from broker.clocks.schedule import LAPSE_RUNG
from broker.clocks.signals import alerts_rung
from broker.clocks.telling import move_on
from broker.ledger.append import Event, Subject, append

BATCH = 1000

_aside = Aside()

# What ringing reads of a clock; its derivation is long, and the rest is of no use here.
_NEEDED = (
    "reference",
    "owner",
    "name",
    "instrument_id",
    "instrument_version",
    "status",
    "due_at",
    "lapses_at",
    "next_alert_at",
    "rung",
    "repetition",
    "counted",
    "silenced",
)


def sweep_once() -> Swept:
    """Ring what is due, at most one batch; an idle round reads one row and writes nothing."""
    waiting = _aside.without(Clock.objects.filter(next_alert_at__isnull=False))
    waiting = waiting.order_by("next_alert_at")
    next_at = waiting.values_list("next_alert_at", flat=True).first()
    if next_at is None or next_at > now():
        return Swept(done=0, next_at=next_at)
    done = _aside.work(waiting.filter(next_alert_at__lte=now()), _ring, most=BATCH)
    return Swept(done=done, next_at=now() if done == BATCH else None)


def _ring(due: QuerySet[Clock]) -> int:
    with acting(SYSTEM):
        claimed = due.select_for_update(skip_locked=True).only(*_NEEDED)
        return _ring_claimed(list(claimed[:BATCH]), now())


def _ring_claimed(claimed: list[Clock], at: datetime) -> int:
    alerts = [_alert(clock, at) for clock in claimed]
    for clock in claimed:
        if clock.rung == LAPSE_RUNG:
            clock.status = Status.LAPSED
        move_on(clock)
    if claimed:
        _save(claimed)
        rows.insert(*alerts)
        append(*_events(alerts, claimed))
        alerts_rung.send(Clock, alerts=alerts, clocks=claimed)
    return len(claimed)


def _alert(clock: Clock, at: datetime) -> Alert:
    assert clock.next_alert_at is not None
    lapse = clock.rung == LAPSE_RUNG
    return Alert(
        clock_id=clock.id,
        rung=clock.rung,
        repetition=clock.repetition,
        counted=clock.counted,
        owner=clock.owner,
        who=[] if lapse else list(clock.period.alerts[clock.rung].who),
        lapse=lapse,
        planned_at=clock.next_alert_at,
        rung_at=at,
    )


def _events(alerts: list[Alert], clocks: list[Clock]) -> list[Event]:
    """One event for each organisation that is alerted: which clocks rang, which lapsed."""
    by_owner: dict[UUID, list[tuple[Alert, Clock]]] = defaultdict(list)
    for alert, clock in zip(alerts, clocks, strict=True):
        by_owner[alert.owner].append((alert, clock))
    return [
        Event(
            verb="clocks.rung",
            stream=f"org:{owner}",
            actor=SYSTEM,
            subjects=tuple(Subject("clock", str(clock.id)) for _, clock in rung),
            new={"lapsed": [str(clock.id) for alert, clock in rung if alert.lapse]},
            organisations=(str(owner),),
            counts={"alerts": len(rung)},
        )
        for owner, rung in sorted(by_owner.items())
    ]


_MOVE_ON = """
UPDATE clocks_clock AS clock
SET next_alert_at = moved.next_alert_at, rung = moved.rung, repetition = moved.repetition,
    status = moved.status
FROM unnest(%s::uuid[], %s::timestamptz[], %s::smallint[], %s::smallint[], %s::varchar[])
    AS moved(id, next_alert_at, rung, repetition, status)
WHERE clock.id = moved.id
"""


def _save(claimed: list[Clock]) -> None:
    if connection.vendor != "postgresql":
        moved = ["next_alert_at", "rung", "repetition", "status"]
        Clock.objects.bulk_update(claimed, moved, batch_size=200)
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _MOVE_ON,
            [
                [clock.id for clock in claimed],
                [clock.next_alert_at for clock in claimed],
                [clock.rung for clock in claimed],
                [clock.repetition for clock in claimed],
                [str(clock.status) for clock in claimed],
            ],
        )
