"""What every case has: a key, a reference, a state, and the instrument it lives under."""

from collections.abc import Sequence

from django.db import models

from broker.basics.clock import now
from broker.basics.ids import uuid7
from broker.clocks.watched import Watched
from broker.law import catalogue
from broker.law.instrument import Instrument


class Case(models.Model):
    """A case under one version of one instrument. Only the step engine moves its state."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reference = models.CharField(max_length=20, unique=True)
    state = models.CharField(max_length=30, db_index=True)
    instrument_id = models.CharField(max_length=60)
    instrument_version = models.PositiveIntegerField()
    instrument_sha256 = models.CharField(max_length=64)
    opened_at = models.DateTimeField(default=now)
    moved_at = models.DateTimeField(default=now)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.reference

    @property
    def stream(self) -> str:
        """The case's stream in the ledger."""
        return f"case:{self.id}"

    @property
    def instrument(self) -> Instrument:
        """The instrument in the very version the case was opened under."""
        return catalogue.get(self.instrument_id, self.instrument_version)

    @property
    def parties(self) -> Sequence[str]:
        """Party ids of the organisations that take part; each app says which."""
        raise NotImplementedError

    @property
    def watched(self) -> Watched:
        """The case as the clocks need to know it; each app says whom to alert, and where."""
        raise NotImplementedError


def known_states(*states: str, name: str) -> models.CheckConstraint:
    """Return the constraint by which the database repeats the known states."""
    return models.CheckConstraint(condition=models.Q(state__in=sorted(states)), name=name)
