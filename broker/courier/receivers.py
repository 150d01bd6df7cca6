"""What the clocks ring goes out as post to the organisation that is alerted."""

from typing import Any
from uuid import UUID

from django.dispatch import receiver

from broker.basics import rows
from broker.basics.clock import iso
from broker.clocks.models import Alert, Clock
from broker.clocks.signals import alerts_rung
from broker.courier.models import Dispatch
from broker.courier.post import dispatch_for, ring_for
from broker.ledger.append import Subject
from broker.parties.models import ContactPoint


@receiver(alerts_rung)
def on_alerts(alerts: list[Alert], clocks: list[Clock], **_: Any) -> None:
    """Write one message an alert, all in one insert; who has no contact point reads the portal."""
    points = _points({alert.owner for alert in alerts})
    dispatches = [
        _message(alert, clock, points[alert.owner])
        for alert, clock in zip(alerts, clocks, strict=True)
        if alert.owner in points
    ]
    if dispatches:
        rows.insert(*dispatches)
        ring_for(dispatches)


def _points(owners: set[UUID]) -> dict[UUID, ContactPoint]:
    found = ContactPoint.objects.filter(organisation__in=owners, active=True).order_by("since")
    return {point.organisation_id: point for point in found}


def _message(alert: Alert, clock: Clock, point: ContactPoint) -> Dispatch:
    return dispatch_for(
        kind="clock.alert",
        subject=Subject("alert", str(alert.id)),
        reference=clock.reference,
        recipient=point,
        body={
            "clock": clock.name,
            "instrument": clock.instrument_id,
            "due": iso(clock.due_at) if clock.due_at else None,
            "lapsed": alert.lapse,
            "who": alert.who,
            "planned": iso(alert.planned_at),
        },
    )
