"""Statutory clocks as rows, and the alerts they have rung."""

from django.db import models

from broker.basics.clock import now
from broker.basics.ids import uuid7
from broker.law import catalogue
from broker.law.clock import Clock as Period


class Status(models.TextChoices):
    RUNNING = "running"
    SUSPENDED = "suspended"
    MET = "met"
    LAPSED = "lapsed"
    RESTARTED = "restarted"
    VOID = "void"


OPEN = (Status.RUNNING, Status.SUSPENDED, Status.LAPSED)


class Clock(models.Model):
    """One running of one period of an instrument, for one case.

    A restart closes this row and opens a new one. `due_at` is the strict reading, shown to
    all; `lapses_at` the latest reading, before which no breach is alleged. `derivation`
    holds every step of the count with its source. `rung` and `repetition` name the next
    alert of the ladder; rungs in `silenced` were acknowledged and repeat no more. `counted` is
    how often the period was counted: once, and again after each standstill, when the ladder
    begins anew. `owner` is the organisation that is alerted.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject_type = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    reference = models.CharField(max_length=20)
    owner = models.UUIDField()
    name = models.CharField(max_length=40)
    instrument_id = models.CharField(max_length=60)
    instrument_version = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.RUNNING)
    binding = models.BooleanField()
    zone = models.CharField(max_length=64)
    place = models.CharField(max_length=12, blank=True)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    lapses_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    suspended_at = models.DateTimeField(null=True)
    next_alert_at = models.DateTimeField(null=True)
    rung = models.PositiveSmallIntegerField(default=0)
    repetition = models.PositiveSmallIntegerField(default=0)
    silenced = models.JSONField(default=list)
    counted = models.PositiveSmallIntegerField(default=1, db_default=1)
    derivation = models.JSONField(default=list)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_alert_at"],
                name="clock_next_alert",
                condition=models.Q(next_alert_at__isnull=False),
            ),
            models.Index(fields=["subject_id", "status"], name="clock_of_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.reference}"

    @property
    def period(self) -> Period:
        """What the instrument says of this clock."""
        return catalogue.get(self.instrument_id, self.instrument_version).clock(self.name)


class Alert(models.Model):
    """An alert that has rung: exactly once for each clock, count, rung and repetition.

    `planned_at` comes from the schedule, `rung_at` is when it was done. `lapse` marks the
    end of the period itself, and `told_at` says when the case was told of it. An alert repeats
    until a person acknowledges it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # No index of its own: the constraint below begins with it.
    clock = models.ForeignKey(
        Clock, on_delete=models.PROTECT, related_name="alerts", db_index=False
    )
    rung = models.PositiveSmallIntegerField()
    repetition = models.PositiveSmallIntegerField()
    counted = models.PositiveSmallIntegerField(default=1, db_default=1)
    owner = models.UUIDField()
    who = models.JSONField()
    lapse = models.BooleanField(default=False)
    planned_at = models.DateTimeField()
    rung_at = models.DateTimeField(default=now)
    told_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clock", "counted", "rung", "repetition"], name="alert_rings_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["owner", "rung_at"],
                name="alert_unacknowledged",
                condition=models.Q(acknowledged_at__isnull=True),
            ),
            models.Index(
                fields=["planned_at"],
                name="alert_lapse_untold",
                condition=models.Q(lapse=True, told_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"alert {self.rung}.{self.repetition} of {self.clock_id}"
