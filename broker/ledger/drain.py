"""Give waiting entries their place: Pool rows out, Leaf rows in, head moved, in one transaction."""

from dataclasses import dataclass

from django.db import connection, transaction

from broker.basics.errors import Unavailable
from broker.crypto.merkle import HASH_BYTES, Frontier, leaf_hash
from broker.ledger.growth import grown
from broker.ledger.models import Head

BATCH = 4096
THE_HEAD = 1

# Written so that no statistics can mislead the planner: rows are taken by their place, and
# each entry is looked up by its key in the one partition that can hold it.
_POSTGRES = """
    WITH taken AS (
        DELETE FROM ledger_pool
        WHERE ctid = ANY (ARRAY(SELECT ctid FROM ledger_pool ORDER BY id LIMIT %(batch)s))
        RETURNING id, entry
    ), numbered AS (
        SELECT entry, %(size)s + row_number() OVER (ORDER BY id) - 1 AS index FROM taken
    ), written AS (
        INSERT INTO ledger_leaf (index, entry) SELECT index, entry FROM numbered
    )
    SELECT e.commitment FROM numbered n
    LEFT JOIN LATERAL (SELECT commitment FROM ledger_entry WHERE id = n.entry LIMIT 1) e ON true
    ORDER BY n.index
"""
_SQLITE = (
    """
    INSERT INTO ledger_leaf (entry, "index")
    SELECT entry, %(size)s + row_number() OVER (ORDER BY id) - 1
    FROM (SELECT id, entry FROM ledger_pool ORDER BY id LIMIT %(batch)s)
    """,
    "DELETE FROM ledger_pool WHERE id IN (SELECT id FROM ledger_pool ORDER BY id LIMIT %(batch)s)",
    """
    SELECT e.commitment FROM ledger_leaf l LEFT JOIN ledger_entry e ON e.id = l.entry
    WHERE l."index" >= %(size)s ORDER BY l."index"
    """,
)
_ENTRIES = """
    SELECT e.commitment FROM ledger_leaf l JOIN ledger_entry e ON e.id = l.entry
    WHERE l."index" >= %s AND l."index" < %s ORDER BY l."index"
"""
_MOVE = "UPDATE ledger_head SET size = %s, peaks = %s WHERE id = %s AND size = %s"


@dataclass(frozen=True, slots=True)
class Drained:
    """The entries (32 bytes each) that the log has from `size` on since this batch."""

    size: int
    entries: list[bytes]


def drain() -> Drained:
    """Sequence up to BATCH entries; the caller is the only sequencer.

    Raises Unavailable when the head was moved by another, or an entry is gone: nothing is
    sequenced then.
    """
    with transaction.atomic(durable=True):
        edge = head()
        size = edge.size
        entries = _take(size)
        if entries:
            _move(size, grown(edge, map(leaf_hash, entries)))
    return Drained(size, entries)


def head() -> Frontier:
    """Return the right edge of the log as the database has it; empty before the first entry."""
    row = Head.objects.filter(pk=THE_HEAD).first()
    if row is None:
        return Frontier()
    peaks = bytes(row.peaks)
    cuts = range(0, len(peaks), HASH_BYTES)
    return Frontier(row.size, [peaks[place : place + HASH_BYTES] for place in cuts])


def entries_between(start: int, end: int) -> list[bytes]:
    """Return the entries (32 bytes each) at indexes [start, end) from the database."""
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, [start, end])
        return [bytes(commitment) for (commitment,) in cursor.fetchall()]


def _take(size: int) -> list[bytes]:
    statements = (_POSTGRES,) if connection.vendor == "postgresql" else _SQLITE
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, {"size": size, "batch": BATCH})
        found = [commitment for (commitment,) in cursor.fetchall()]
    if None in found:
        raise Unavailable(
            "The log stands still: an entry that waits for its place is gone.",
            why="Entries are never deleted; somebody changed the database by hand.",
            remedy="Run verify_ledger and restore the entry from a backup.",
        )
    return [bytes(commitment) for commitment in found]


def _move(size: int, edge: Frontier) -> None:
    """Move the head by compare-and-swap."""
    if size == 0:
        Head.objects.get_or_create(pk=THE_HEAD, defaults={"size": 0, "peaks": b""})
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, [edge.size, b"".join(edge.peaks), THE_HEAD, size])
        moved = cursor.rowcount
    if moved != 1:
        raise Unavailable(
            "The log's head was moved by another sequencer.",
            why="Only one may run; this batch is taken back.",
            remedy="It is tried again at the next sweep.",
        )
