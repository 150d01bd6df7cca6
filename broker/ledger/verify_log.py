"""The log as the database has it: its head, and the checkpoints with their signatures."""

from collections.abc import Iterator

from broker.crypto.merkle import Frontier
from broker.crypto.note import NoteError, open_note
from broker.crypto.note_text import Checkpoint as CheckpointText
from broker.ledger.drain import head
from broker.ledger.models import Checkpoint
from broker.ledger.signing import log_vkey, origin


class CheckpointCheck:
    """Meets every signed checkpoint, in order, at the size it speaks of."""

    def __init__(self) -> None:
        self.seen = 0
        self._rows = Checkpoint.objects.order_by("size").iterator(chunk_size=2000)
        self._next = next(self._rows, None)

    def faults_at(self, edge: Frontier) -> Iterator[str]:
        """Judge the checkpoint of this very size, if there is one."""
        if self._next is None or self._next.size != edge.size:
            return
        row, self._next = self._next, next(self._rows, None)
        self.seen += 1
        yield from _checkpoint_faults(row, edge.root())

    def unreached(self) -> Iterator[str]:
        """Tell of checkpoints of sizes that the log does not have."""
        while self._next is not None:
            yield f"The checkpoint {self._next.size} speaks of more entries than there are."
            self._next = next(self._rows, None)


def head_faults(edge: Frontier) -> Iterator[str]:
    """Compare the database's head with what its entries amount to."""
    stored = head()
    if (stored.size, stored.peaks) != (edge.size, edge.peaks):
        yield f"The head says {stored.size} entries; the leaves amount to {edge.size}, or others."


def _checkpoint_faults(row: Checkpoint, root: bytes) -> Iterator[str]:
    if bytes(row.root) != root:
        yield f"The checkpoint {row.size} has another root than its entries."
    try:
        text = open_note(row.note, [log_vkey()]).text
        if text != CheckpointText(origin(), row.size, root).text():
            yield f"The note of checkpoint {row.size} says something else."
    except NoteError as error:
        yield f"The checkpoint {row.size}: {error}"
