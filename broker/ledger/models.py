"""The ledger's rows: Entry, Leaf and Checkpoint are only ever inserted; Chain and Head move;
Pool is drained. Only append and sequencer write them.
"""

from django.db import models


class Entry(models.Model):
    """One event: its commitment, the event sealed under its stream's key, and what figures need.

    What stands in clear survives erasure. `id` is the event's id (UUIDv7). `seq` is null for
    a page read, which is not chained. On PostgreSQL the table is partitioned by `id`, month
    by month; nothing may therefore be unique here but `id`.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    stream = models.CharField(max_length=100)
    seq = models.BigIntegerField(null=True)
    commitment = models.BinaryField()
    sealed = models.BinaryField()
    verb = models.CharField(max_length=80)
    instrument = models.CharField(max_length=80, blank=True)
    organisations = models.JSONField(default=list)
    counts = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["stream", "seq"], name="entry_stream_seq")]

    def __str__(self) -> str:
        return f"{self.verb} {self.id}"


class Leaf(models.Model):
    """Where an entry stands in the log: its index, drawn by the sequencer, without gaps."""

    index = models.BigIntegerField(primary_key=True)
    entry = models.UUIDField(unique=True)

    def __str__(self) -> str:
        return f"{self.index}: {self.entry}"


class Pool(models.Model):
    """An entry that waits for its index; `id` rises within a stream."""

    id = models.BigAutoField(primary_key=True)
    entry = models.UUIDField()

    def __str__(self) -> str:
        return f"{self.id}: {self.entry}"


class Chain(models.Model):
    """The last link of a stream; its row lock is what keeps the stream without gap or double."""

    stream = models.CharField(max_length=100, primary_key=True)
    seq = models.BigIntegerField()
    commitment = models.BinaryField(null=True)
    event = models.UUIDField(null=True)

    def __str__(self) -> str:
        return f"{self.stream} {self.seq}"


class Head(models.Model):
    """The size of the log and the roots of its full subtrees, largest first; one row."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    size = models.BigIntegerField()
    peaks = models.BinaryField()

    def __str__(self) -> str:
        return str(self.size)


class Checkpoint(models.Model):
    """A size of the log that was signed, with its root and the signed note."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    note = models.TextField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.size)
