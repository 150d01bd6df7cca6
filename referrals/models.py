"""Referrals and orders to act on content, their items, approvals and answers."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import ClassVar

from django.db import models

from broker.basics.clock import now
from broker.basics.ids import uuid7
from broker.clocks.watched import Watched, Where
from broker.flow.case import Case, known_states
from broker.law.clock import Scope, Seat
from broker.law.terms import Effect
from broker.parties.models import Organisation
from referrals.flow import State

# Where a case that has no due time stands in a queue: behind every one that has.
NOT_DUE = datetime(2999, 1, 1, tzinfo=UTC)


class Referral(Case):
    """One referral or order of a unit to one platform.

    `form` holds the values of the instrument's order form. `order` is the canonical text
    that was approved and signed; a withdrawn draft that was never approved has none.
    `due_at` and `queue_at` follow the clocks; the latter sorts queues and is never null.
    """

    unit = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    platform = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    drafted_by = models.CharField(max_length=40)
    drafted_by_number = models.CharField(max_length=40)
    form = models.JSONField(default=dict)
    order = models.BinaryField(null=True)
    order_signature = models.BinaryField(null=True)
    order_key = models.CharField(max_length=64, blank=True)
    sent_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    queue_at = models.DateTimeField(default=NOT_DUE)
    lapsed_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [known_states(*State, name="referral_state_is_known")]
        indexes: ClassVar = [
            models.Index(fields=["unit", "queue_at", "id"], name="referral_queue_of_unit"),
            models.Index(fields=["platform", "queue_at", "id"], name="referral_queue_of_platform"),
        ]

    @property
    def parties(self) -> Sequence[str]:
        return (str(self.unit_id), str(self.platform_id))

    @property
    def is_binding(self) -> bool:
        return self.instrument.effect is Effect.BINDING

    @property
    def watched(self) -> Watched:
        return Watched(
            type="referral",
            id=self.id,
            reference=self.reference,
            instrument=self.instrument,
            owner=self.unit_id,
            where={Seat.ADDRESSEE: _where(self.platform), Seat.ISSUER: _where(self.unit)},
        )


def _where(organisation: Organisation) -> Where:
    return Where(organisation.zone, organisation.country)


class Item(models.Model):
    """One target of a referral. `url` is as it was given, `target` as it is compared."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="items")
    position = models.PositiveIntegerField()
    url = models.TextField()
    target = models.TextField()
    target_sha256 = models.BinaryField(max_length=32)
    answered_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["referral", "position"], name="item_has_one_place")
        ]
        indexes: ClassVar = [models.Index(fields=["target_sha256"], name="item_by_target")]

    def __str__(self) -> str:
        return f"item {self.position}"

    def watched(self, referral: Referral) -> Watched:
        """The item as the clocks need to know it (what must be kept runs per item)."""
        case = referral.watched
        return Watched(
            type="item",
            id=self.id,
            reference=case.reference,
            instrument=case.instrument,
            owner=case.owner,
            where=case.where,
            scope=Scope.ITEM,
        )


class Approval(models.Model):
    """A person stands behind the order: bound to the digest of the text they read.

    `method` is how they proved themselves at that moment ("totp"; passkeys follow).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="approvals")
    actor = models.CharField(max_length=40)
    service_number = models.CharField(max_length=40)
    text_sha256 = models.CharField(max_length=64)
    method = models.CharField(max_length=20)
    at = models.DateTimeField(default=now)
    void = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["referral", "actor"],
                condition=models.Q(void=False),
                name="one_approval_per_person",
            )
        ]

    def __str__(self) -> str:
        return f"approval by {self.service_number}"


class DecidedUnder(models.TextChoices):
    TERMS = "terms", "The platform's terms"
    LAW = "law", "The law of a country"
    NEITHER = "neither", "Neither"


class Answer(models.Model):
    """What a platform says it did with one item. Never changed: a later answer is a new row."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="answers")
    outcome = models.CharField(max_length=40)
    decided_under = models.CharField(
        max_length=10, choices=DecidedUnder.choices, default=DecidedUnder.NEITHER
    )
    countries = models.JSONField(default=list)
    manifestly_illegal = models.BooleanField(null=True)
    reason = models.TextField(blank=True)
    ground = models.CharField(max_length=60, blank=True)
    acted_at = models.DateTimeField(null=True)
    at = models.DateTimeField(default=now)
    by = models.CharField(max_length=40)

    class Meta:
        ordering: ClassVar = ["at"]

    def __str__(self) -> str:
        return self.outcome


class Message(models.Model):
    """A question of the platform, or the unit's answer to it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="messages")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    by = models.CharField(max_length=40)
    at = models.DateTimeField(default=now)

    class Meta:
        ordering: ClassVar = ["at"]

    def __str__(self) -> str:
        return f"message of {self.at:%Y-%m-%d}"
