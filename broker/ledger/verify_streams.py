"""Streams: seq rises by one with the log's index, and each link names the one before."""

from collections.abc import Iterable, Iterator

from broker.ledger.models import Chain, Entry


class StreamCheck:
    """Sees chained entries in the order of the log; remembers the last link of each stream."""

    def __init__(self) -> None:
        self.last: dict[str, tuple[int, bytes]] = {}

    def faults_of(self, entry: Entry, prev: str | None) -> Iterator[str]:
        """Take the next entry; `prev` is what its header names, None when not known."""
        if entry.seq is None:
            return
        seq, commitment = self.last.get(entry.stream, (0, b""))
        self.last[entry.stream] = (entry.seq, bytes(entry.commitment))
        if entry.seq != seq + 1:
            yield f"The stream {entry.stream} goes from {seq} to {entry.seq}."
        elif prev is not None and prev != commitment.hex():
            yield f"The stream {entry.stream}: {entry.seq} does not name the event before it."

    def faults_at_end(self, chains: Iterable[Chain]) -> Iterator[str]:
        """Compare with the chain rows, which know each stream's last link."""
        unmatched = dict(self.last)
        for chain in chains:
            seq, commitment = unmatched.pop(chain.stream, (0, b""))
            if (chain.seq, bytes(chain.commitment or b"")) != (seq, commitment):
                yield f"The stream {chain.stream} ends at {seq}, its chain row at {chain.seq}."
        for stream in unmatched:
            yield f"The stream {stream} has no chain row."
