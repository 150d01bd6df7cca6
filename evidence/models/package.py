"""Sealed packages as they come in and go out: uploads, packages, and receipts for them."""

from datetime import datetime
from typing import ClassVar

from django.db import models

from broker.basics.clock import now
from broker.basics.ids import uuid7
from broker.parties.models import Organisation
from evidence.models.request import Request


class Package(models.Model):
    """A sealed package as it was received; its payload never changes and is never opened here.

    `id` is the sealer's package id. `received_event` is package.received in the office's
    stream; `received` and `proof` are ledger/received.json and its proof, kept when first made.
    While `released_at` is empty nothing of it is for the issuing side's eyes.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="packages")
    statement_sha256 = models.CharField(max_length=64)
    header_sha256 = models.CharField(max_length=64)
    payload_sha256 = models.CharField(max_length=64)
    payload_size = models.BigIntegerField()
    payload_crc32 = models.BigIntegerField()
    payload_key = models.CharField(max_length=200)
    envelope_key = models.CharField(max_length=200)
    sealed_at = models.DateTimeField()
    received_at = models.DateTimeField(default=now)
    received_event = models.UUIDField()
    received = models.BinaryField(null=True)
    proof = models.TextField(blank=True)
    released_at = models.DateTimeField(null=True)
    retrieved_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["received_at"]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def withheld(self) -> bool:
        return self.released_at is None


class Upload(models.Model):
    """A payload on its way in. Its bytes and its offset are the vault's; these are the terms.

    `token_sha256` is the digest of the unguessable part of its address. `crc32` is known once
    all bytes are here and their SHA-256 was found to be the announced one.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="uploads")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    token_sha256 = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    crc32 = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(db_index=True)
    finished_at = models.DateTimeField(null=True)
    package = models.OneToOneField(Package, on_delete=models.PROTECT, null=True)

    def __str__(self) -> str:
        return f"upload {self.id}"

    @property
    def name(self) -> str:
        """Its name in the vault while it comes in, and the key of the payload afterwards."""
        return f"payloads/{self.id}"

    def is_open_at(self, at: datetime) -> bool:
        """Tell whether bytes may still come in."""
        return self.finished_at is None and at < self.expires_at


class ReceiptKind(models.TextChoices):
    RETRIEVED = "retrieved", "Retrieved"
    OPENED = "opened", "Opened"


class Receipt(models.Model):
    """The receiving party's signed word that it has the package, or has opened it.

    `document` is custody-receipt/1, `signature` over it by the key `key_sha256` of the party.
    `commitment` (opened only) can be computed by nobody who has not opened the package.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="receipts")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=ReceiptKind.choices)
    commitment = models.CharField(max_length=64, blank=True)
    document = models.BinaryField()
    signature = models.BinaryField()
    key_sha256 = models.CharField(max_length=64)
    by = models.CharField(max_length=40)
    at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["package", "organisation", "kind"], name="one_receipt_of_a_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.package_id}"
