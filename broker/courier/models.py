"""The outbox: one row per message to one party, written with the step that sends it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from broker.basics.clock import now
from broker.basics.ids import uuid7
from broker.courier.message import starts_clock
from broker.parties.models import Connector, ContactPoint, Organisation


class Status(models.TextChoices):
    """How far a dispatch came; whether its receipt is proven is `receipt_at` alone."""

    WAITING = "waiting", "Waiting"
    LEASED = "leased", "Being sent"
    DELIVERED = "delivered", "Handed over"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


OPEN = (Status.WAITING, Status.LEASED)


class Dispatch(models.Model):
    """One message. The receiver keys on `id` and answers a repeat with the first receipt.

    `body` is the whole message as canonical JSON. `next_attempt_at` is when a worker may take
    an open row: of a leased one, the end of its lease. `lease_token` fences a worker whose
    lease has ended. `receipt` is the proof that came with `receipt_at`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=64)
    reference = models.CharField(max_length=40)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    contact_point = models.ForeignKey(ContactPoint, on_delete=models.PROTECT, related_name="+")
    connector = models.CharField(max_length=10, choices=Connector.choices)
    body = models.BinaryField()
    created_at = models.DateTimeField(default=now)
    due_at = models.DateTimeField(null=True, blank=True)

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=now)
    lease_token = models.UUIDField(null=True, blank=True)
    last_fault = models.CharField(max_length=500, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    receipt_at = models.DateTimeField(null=True, blank=True)
    receipt = models.JSONField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="dispatch_status_is_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at", "next_attempt_at"],
                condition=Q(status__in=OPEN),
                name="dispatch_open_by_due",
            ),
            models.Index(
                fields=["next_attempt_at"], condition=Q(status__in=OPEN), name="dispatch_open"
            ),
            models.Index(fields=["subject_type", "subject_id"], name="dispatch_by_subject"),
            models.Index(
                fields=["organisation", "created_at", "id"],
                condition=Q(receipt_at=None),
                name="dispatch_unproven",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"

    @property
    def is_readable(self) -> bool:
        """Whether its receiver may read it: what starts a clock, only once receipt is proven."""
        return self.receipt_at is not None or not starts_clock(self.kind)
