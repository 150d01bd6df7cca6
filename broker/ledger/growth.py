"""Grow the log's right edge by many leaves at once: the same tree as leaf by leaf, sooner."""

from collections.abc import Iterable
from hashlib import sha256

from broker.crypto.merkle import Frontier


def grown(edge: Frontier, leaf_hashes: Iterable[bytes]) -> Frontier:
    """Return the edge of the tree that has `leaf_hashes` (32 bytes each) after those of `edge`."""
    row, size, peaks = list(leaf_hashes), edge.size, list(edge.peaks)
    end, kept = size + len(row), list[bytes]()
    while size or row:
        if size & 1:
            row.insert(0, peaks.pop())
        if len(row) & 1:
            kept.append(row.pop())
        row = [
            sha256(b"\x01" + left + right).digest()
            for left, right in zip(row[::2], row[1::2], strict=True)
        ]
        size >>= 1
    return Frontier(end, reversed(kept))
