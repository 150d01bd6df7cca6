"""A person says: I have seen it. The rung stops repeating; the rungs above still ring."""

from collections.abc import Sequence
from uuid import UUID

from broker.access.decision import deny
from broker.access.permissions import Permission
from broker.access.roles import holds
from broker.basics.actor import Actor
from broker.basics.clock import now
from broker.basics.errors import NotFound
from broker.clocks.models import Alert, Clock
from broker.clocks.telling import silence
from broker.ledger.append import Event, Subject, append


def acknowledge(alert_ids: Sequence[UUID], *, actor: Actor) -> int:
    """Acknowledge these alerts of the actor's own organisation; return how many were open.

    Raises NotAllowed without the seat, NotFound when one is not the organisation's.
    """
    if not holds(actor, Permission.ALERT_ACKNOWLEDGE):
        deny("Your seat does not acknowledge alerts.").require()
    alerts = list(
        Alert.objects.select_for_update(of=("self",))
        .filter(id__in=alert_ids, owner=str(actor.organisation))
        .order_by("id")
    )
    if len(alerts) != len(set(alert_ids)):
        raise NotFound("There is no such alert.", remedy="Reload the page.")
    fresh = [alert for alert in alerts if alert.acknowledged_at is None]
    Alert.objects.filter(id__in=[alert.id for alert in fresh]).update(
        acknowledged_at=now(), acknowledged_by=actor.service_number
    )
    clocks = _locked_clocks(fresh)
    for alert in fresh:
        clock = clocks[alert.clock_id]
        if clock.counted == alert.counted:
            silence([clock], alert.rung)
    if fresh:
        _write_down(fresh, actor)
    return len(fresh)


def _locked_clocks(alerts: list[Alert]) -> dict[UUID, Clock]:
    """Return the clocks of `alerts`, locked in the order in which a step locks its own."""
    ids = {alert.clock_id for alert in alerts}
    locked = Clock.objects.select_for_update().filter(id__in=ids).order_by("id")
    return {clock.id: clock for clock in locked}


def _write_down(alerts: list[Alert], actor: Actor) -> None:
    append(
        Event(
            verb="alerts.acknowledged",
            stream=f"org:{actor.organisation}",
            actor=actor,
            subjects=tuple(Subject("alert", str(alert.id)) for alert in alerts),
            organisations=(str(actor.organisation),),
        )
    )
