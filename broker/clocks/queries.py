"""What the clocks say about a case, and which alerts wait for an organisation."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from broker.basics.actor import Actor
from broker.clocks.models import Alert, Clock


def of_subjects(subject_ids: Iterable[UUID]) -> QuerySet[Clock]:
    """Return the clocks of these cases or items, oldest first."""
    return Clock.objects.filter(subject_id__in=list(subject_ids)).order_by("started_at", "id")


def waiting_alerts(actor: Actor) -> QuerySet[Alert]:
    """Return the unacknowledged alerts of the actor's organisation for the actor's seats."""
    alerts = Alert.objects.filter(owner=str(actor.organisation), acknowledged_at=None)
    return alerts.select_related("clock").order_by("-rung_at")
