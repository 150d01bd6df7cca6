"""What was answered to whom, so that a repeated request is the same act and not a second one."""

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from broker.basics.clock import now
from broker.basics.ids import uuid7
from broker.parties.models import Organisation


class IdempotencyRow(models.Model):
    """One accepted act of the API and its stored answer; a refused request leaves none.

    `digest` is over method, path, query and body (SHA-256 hex). `event_id` names the ledger
    event whose promise goes with the answer.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    operation = models.CharField(max_length=120)
    idempotency_key = models.CharField(max_length=100)
    keyid = models.CharField(max_length=64)
    nonce = models.CharField(max_length=128)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField(encoder=DjangoJSONEncoder)
    headers = models.JSONField(default=dict)
    event_id = models.UUIDField(null=True, blank=True)
    at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["keyid", "nonce"], name="one_use_of_a_nonce"),
            models.UniqueConstraint(
                fields=["organisation", "operation", "idempotency_key"],
                name="one_act_per_idempotency_key",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.idempotency_key}"
