"""What the clocks ring goes out as post to the organisation that is alerted."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.dispatch import receiver

from broker.basics import rows
from broker.basics.clock import iso
from broker.basics.errors import Refusal
from broker.clocks.models import Alert, Clock
from broker.clocks.signals import alerts_rung
from broker.courier.models import Dispatch
from broker.courier.post import dispatch_for, ring_for
from broker.ledger.append import Subject
from broker.parties.models import ContactPoint

log = logging.getLogger("broker.courier")


@receiver(alerts_rung)
def on_alerts(alerts: list[Alert], clocks: list[Clock], **_: Any) -> None:
    """Write one message for each organisation that is alerted, with all that rang for it.

    Who has no contact point, or one that post cannot go to, reads the portal, where each
    alert waits to be acknowledged.
    """
    by_owner: dict[UUID, list[tuple[Alert, Clock]]] = defaultdict(list)
    for alert, clock in zip(alerts, clocks, strict=True):
        by_owner[alert.owner].append((alert, clock))
    dispatches = [
        message
        for owner, point in _points(by_owner).items()
        for message in _messages(point, by_owner[owner])
    ]
    if dispatches:
        rows.insert(*dispatches)
        ring_for(dispatches)


def _points(owners: Iterable[UUID]) -> dict[UUID, ContactPoint]:
    found = ContactPoint.objects.filter(organisation__in=list(owners), active=True)
    return {point.organisation_id: point for point in found.order_by("since")}


def _messages(point: ContactPoint, rung: Sequence[tuple[Alert, Clock]]) -> list[Dispatch]:
    """Return the one message, or none where it cannot be written: the alert rings all the same."""
    try:
        return [_message(point, rung)]
    except Refusal as refusal:
        log.error("alert_not_posted", extra={"contact": str(point.pk), "fault": refusal.what})
        return []


def _message(point: ContactPoint, rung: Sequence[tuple[Alert, Clock]]) -> Dispatch:
    first, _ = rung[0]
    return dispatch_for(
        kind="clock.alert",
        subject=Subject("alert", str(first.id)),
        reference=rung[0][1].reference if len(rung) == 1 else "",
        recipient=point,
        body={"alerts": [_told(alert, clock) for alert, clock in rung]},
    )


def _told(alert: Alert, clock: Clock) -> dict[str, Any]:
    return {
        "alert": str(alert.id),
        "reference": clock.reference,
        "clock": clock.name,
        "instrument": clock.instrument_id,
        "due": iso(clock.due_at) if clock.due_at else None,
        "lapsed": alert.lapse,
        "who": alert.who,
        "planned": iso(alert.planned_at),
    }
