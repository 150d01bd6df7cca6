"""Requests for data, who validated them, and what the sides said of them."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, cast

from django.db import models

from broker.basics.clock import now
from broker.basics.ids import uuid7
from broker.clocks.watched import Watched, Where
from broker.crypto.canonical import Json, canonical, parse_canonical
from broker.flow.case import Case, known_states
from broker.law.clock import Seat
from broker.parties.models import Organisation
from broker.seals import sealing
from evidence.flow import State


class ReviewOutcome(models.TextChoices):
    """What an enforcing authority that was notified did. Silence is never called an approval."""

    NONE = "", "Not decided"
    CLEARED = "cleared", "Raises no ground"
    OBJECTED = "objected", "Refused in full"
    LAPSED = "lapsed", "Window lapsed in silence"


class Request(Case):
    """One request of an authority to one platform for data that it holds.

    `office` is the authority that receives the package. The form's values, as entered and as
    issued, are sealed under the case's key. `order` is custody-order/1, which a platform seals
    under; `recipients` the keys it names: `[{recipient, fingerprint, role}]`.
    """

    order_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    issuer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    validator = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", null=True
    )
    office = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    platform = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    authority = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", null=True
    )
    drafted_by = models.CharField(max_length=40)
    drafted_by_number = models.CharField(max_length=40)
    drafted_by_role = models.CharField(max_length=100)
    form_sealed = models.BinaryField()
    issued_form_sealed = models.BinaryField(null=True)
    data_categories = models.JSONField(default=list)
    emergency = models.BooleanField(default=False)
    transport = models.CharField(max_length=40, blank=True)
    transport_ground = models.CharField(max_length=40, blank=True)
    recipients = models.JSONField(default=list)
    order = models.BinaryField(null=True)
    order_signature = models.BinaryField(null=True)
    sent_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    preserved_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    notified_at = models.DateTimeField(null=True)
    decision = models.CharField(
        max_length=10, choices=ReviewOutcome.choices, default=ReviewOutcome.NONE, blank=True
    )
    decided_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    lapsed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            known_states(*State, name="request_state_is_known"),
            models.CheckConstraint(
                condition=models.Q(decision__in=ReviewOutcome.values),
                name="request_decision_is_known",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["issuer", "state", "due_at"], name="request_queue_of_issuer"),
            models.Index(fields=["platform", "state", "due_at"], name="request_queue_of_platform"),
        ]

    @property
    def parties(self) -> Sequence[str]:
        sides = (self.issuer_id, self.validator_id, self.platform_id, self.authority_id)
        return tuple(dict.fromkeys(str(side) for side in sides if side))

    @property
    def watched(self) -> Watched:
        enforcing = self.authority or self.platform
        return Watched(
            type="request",
            id=self.id,
            reference=self.reference,
            instrument=self.instrument,
            owner=self.issuer_id,
            where={
                Seat.ADDRESSEE: _where(self.platform),
                Seat.ISSUER: _where(self.issuer),
                Seat.ENFORCING_AUTHORITY: _where(enforcing),
            },
        )

    @property
    def form(self) -> dict[str, Any]:
        """The values of the form as entered; raises Expired once the case's key is destroyed."""
        return self.opened("form", bytes(self.form_sealed))

    @property
    def issued_form(self) -> dict[str, Any] | None:
        """The whole form as issued, with what the house filled in; None before."""
        sealed = self.issued_form_sealed
        return None if sealed is None else self.opened("issued_form", bytes(sealed))

    @property
    def withholds(self) -> bool:
        """Whether a package that comes now waits for the enforcing authority."""
        return (
            bool(self.authority_id) and not self.emergency and self.decision == ReviewOutcome.NONE
        )

    def sealed(self, name: str, members: Mapping[str, Json]) -> bytes:
        """Return `members` sealed under the case's key, bound to `name`."""
        return sealing.seal(self.stream, canonical(dict(members)), context=_context(name))

    def opened(self, name: str, sealed: bytes) -> dict[str, Any]:
        """Return what `sealed` sealed under the same name."""
        data = sealing.open_sealed(self.stream, sealed, context=_context(name))
        return cast("dict[str, Any]", parse_canonical(data))


def _context(name: str) -> bytes:
    return b"request\x00" + name.encode()


def _where(organisation: Organisation) -> Where:
    return Where(organisation.zone, organisation.country)


class Validation(models.Model):
    """A person stands behind the order: bound to the digest of the whole text they read.

    `method` is how they proved themselves at that moment ("totp"; passkeys follow). Taking the
    order back to the desk makes it void.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="validations")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    actor = models.CharField(max_length=40)
    service_number = models.CharField(max_length=40)
    seat = models.CharField(max_length=100)
    text_sha256 = models.CharField(max_length=64)
    method = models.CharField(max_length=20)
    at = models.DateTimeField(default=now)
    void = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["request"], condition=models.Q(void=False), name="one_validation_stands"
            )
        ]

    def __str__(self) -> str:
        return f"validation by {self.service_number}"


class MessageKind(models.TextChoices):
    QUESTION = "question", "The platform asks back"
    CLARIFICATION = "clarification", "The authority answers"
    PRESERVATION = "preservation", "The platform preserves"
    REFUSAL = "refusal", "The platform does not produce"
    DECISION = "decision", "The enforcing authority decides"


class Message(models.Model):
    """What one side said of the request, sealed under the case's key.

    `grounds` are codes of the instrument; they stand in the clear for figures.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="messages")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=MessageKind.choices)
    grounds = models.JSONField(default=list)
    text_sealed = models.BinaryField()
    by = models.CharField(max_length=40)
    at = models.DateTimeField(default=now)

    class Meta:
        ordering: ClassVar = ["at"]

    def __str__(self) -> str:
        return f"{self.kind} of {self.at:%Y-%m-%d}"

    @property
    def text(self) -> str:
        return str(self.request.opened("message", bytes(self.text_sealed))["text"])
