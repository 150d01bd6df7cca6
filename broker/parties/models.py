"""Who is who: organisations, officers, the seats they hold, keys and contact points."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Now

from broker.access.roles import Role
from broker.basics.clock import now
from broker.basics.ids import uuid7


class OrganisationKind(models.TextChoices):
    UNIT = "unit", "Police unit"
    PROSECUTION = "prosecution", "Prosecution office"
    COURT = "court", "Court"
    ENFORCING_AUTHORITY = "enforcing_authority", "Enforcing authority"
    CENTRAL_AUTHORITY = "central_authority", "Central authority"
    PLATFORM = "platform", "Platform"
    TRUSTED_FLAGGER = "trusted_flagger", "Trusted flagger"
    ASSOCIATION = "association", "Association"
    SUPERVISOR = "supervisor", "Supervisor of platforms"
    AUDITOR = "auditor", "Auditor"
    OVERSEER = "overseer", "Overseer"
    ACCESS_PROVIDER = "access_provider", "Internet access provider"


class Organisation(models.Model):
    """A party. Its id, written as text, is its party id in custody documents."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=30, choices=OrganisationKind.choices)
    country = models.CharField(max_length=2, blank=True)
    zone = models.CharField(max_length=64, default="UTC")
    languages = models.JSONField(default=list)
    since = models.DateTimeField(default=now)
    frozen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def party_id(self) -> str:
        return str(self.id)


class OfficerManager(BaseUserManager["Officer"]):
    def create_officer(self, username: str, password: str, **facts: Any) -> "Officer":
        """Save and return a new officer; `password` is kept as a hash only."""
        officer = self.model(username=username, **facts)
        officer.set_password(password)
        officer.save(using=self._db)
        return officer


class Officer(AbstractBaseUser):
    """A person who signs in. To outsiders the service number stands for the name."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = models.CharField(max_length=150, unique=True)
    display_name = models.CharField(max_length=200)
    service_number = models.CharField(max_length=40, unique=True)
    post = models.CharField(max_length=200, blank=True)
    totp_secret = models.CharField(max_length=64)
    totp_last_step = models.BigIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=2, default="en")

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["display_name", "service_number"]

    objects = OfficerManager()

    def __str__(self) -> str:
        return self.service_number


class Membership(models.Model):
    """A seat: this officer holds this role in this organisation from then until then."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.CharField(max_length=30, choices=[(role.value, role.value) for role in Role])
    since = models.DateTimeField(default=now)
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["officer", "organisation", "role"], name="one_seat_per_role"
            )
        ]

    def __str__(self) -> str:
        return f"{self.officer_id} as {self.role}"


class KeyUse(models.TextChoices):
    """What a key is for. The first five stand in trust.json; `message` signs API requests."""

    SEAL = "seal"
    APPROVE = "approve"
    RECEIVE = "receive"
    ESCROW = "escrow"
    ORDER = "order"
    MESSAGE = "message"


class KeyForm(models.TextChoices):
    X509 = "x509"
    SPKI = "spki"
    AGE = "age"
    WEBAUTHN = "webauthn"


class KeyHolder(models.TextChoices):
    HOLDER = "holder", "held by its owner"
    SERVER = "server", "held by the broker"


class PartyKey(models.Model):
    """A public key of a party; `sha256` over its bytes is also its keyid in signatures.

    `value` is base64 DER (x509, spki), the recipient string (age) or base64 COSE (webauthn).
    Source: custody.md, section 3.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="keys")
    officer = models.ForeignKey(
        Officer, on_delete=models.PROTECT, related_name="keys", null=True, blank=True
    )
    use = models.CharField(max_length=10, choices=KeyUse.choices)
    form = models.CharField(max_length=10, choices=KeyForm.choices)
    value = models.TextField()
    sha256 = models.CharField(max_length=64)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField()
    endorsed = models.JSONField(null=True, blank=True)
    revoked = models.JSONField(null=True, blank=True)
    held = models.CharField(max_length=10, choices=KeyHolder.choices, default=KeyHolder.HOLDER)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["use", "sha256"], name="one_key_per_use"),
        ]

    def __str__(self) -> str:
        return f"{self.use} {self.sha256[:16]}"


class Connector(models.TextChoices):
    WEBHOOK = "webhook", "Signed webhook"
    INBOX = "inbox", "API inbox"
    WEB = "web", "Web inbox"
    MAIL = "mail", "E-mail"


class ContactPoint(models.Model):
    """Where a party takes its post, and in which languages."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="contact_points"
    )
    connector = models.CharField(max_length=10, choices=Connector.choices)
    address = models.CharField(max_length=500, blank=True)
    telephone = models.CharField(max_length=40, blank=True)
    languages = models.JSONField(default=list)
    active = models.BooleanField(default=True)
    since = models.DateTimeField(default=now, db_default=Now())

    def __str__(self) -> str:
        return f"{self.connector} of {self.organisation_id}"
