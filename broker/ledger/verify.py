"""Recompute the whole ledger and tell every place where it does not hold.

Reads only the database, the key store and the published files; repairs nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from broker.crypto.merkle import Frontier, leaf_hash
from broker.ledger.models import Chain, Entry, Leaf, Pool
from broker.ledger.snapshot import snapshot
from broker.ledger.verify_entry import entry_faults
from broker.ledger.verify_log import CheckpointCheck, head_faults
from broker.ledger.verify_published import published, published_faults, tile_faults
from broker.ledger.verify_streams import StreamCheck

CHUNK = 2000


@dataclass(slots=True)
class Report:
    """What was looked at and what was found; `erased` entries open no more and are not opened.

    `waiting` entries are accepted but not sequenced yet. `faults` are sentences.
    """

    entries: int = 0
    leaves: int = 0
    waiting: int = 0
    erased: int = 0
    streams: int = 0
    checkpoints: int = 0
    tiles: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.faults


def verify_ledger() -> Report:
    """Check entries, streams, leaves, head, tiles, checkpoints and signatures, and report.

    Sees the database as it is at one instant; the house may go on working meanwhile.
    """
    report, public = Report(), published()
    with snapshot():
        streams = StreamCheck()
        edge = _check_leaves(report, streams)
        report.faults += head_faults(edge)
        for entry in _waiting(report):
            _look_at(entry, report, streams)
        report.streams = len(streams.last)
        report.faults += streams.faults_at_end(Chain.objects.iterator(chunk_size=CHUNK))
        _check_counts(report)
        report.faults += published_faults(public, edge.size)
        report.tiles, differing = tile_faults(min(public.size, edge.size))
    report.faults += differing
    return report


def _check_leaves(report: Report, streams: StreamCheck) -> Frontier:
    """Walk the log from its first index to its last; return the tree that its entries make."""
    edge, checkpoints = Frontier(), CheckpointCheck()
    for leaf, entry in _leaves():
        if leaf.index != report.leaves:
            report.faults.append(f"The log has a gap before index {leaf.index}.")
        report.leaves += 1
        if entry is None:
            report.faults.append(f"Index {leaf.index} stands for an entry that is gone.")
            continue
        edge.append(leaf_hash(bytes(entry.commitment)))
        _look_at(entry, report, streams)
        report.faults += checkpoints.faults_at(edge)
    report.faults += checkpoints.unreached()
    report.checkpoints = checkpoints.seen
    return edge


def _look_at(entry: Entry, report: Report, streams: StreamCheck) -> None:
    report.entries += 1
    judged = entry_faults(entry)
    report.erased += judged.is_erased
    report.faults += judged.faults
    report.faults += streams.faults_of(entry, judged.prev)


def _leaves() -> Iterator[tuple[Leaf, Entry | None]]:
    """Yield leaves in the order of the log, each with its entry."""
    start = -1
    while leaves := list(Leaf.objects.filter(index__gt=start).order_by("index")[:CHUNK]):
        entries = Entry.objects.in_bulk([leaf.entry for leaf in leaves])
        yield from ((leaf, entries.get(leaf.entry)) for leaf in leaves)
        start = leaves[-1].index


def _waiting(report: Report) -> Iterator[Entry]:
    """Yield accepted entries that have no index yet, in the order in which they will get one."""
    for place in Pool.objects.order_by("id").iterator(chunk_size=CHUNK):
        report.waiting += 1
        entry = Entry.objects.filter(pk=place.entry).first()
        if entry is None:
            report.faults.append(f"The entry {place.entry} waits for its index, but is gone.")
        else:
            yield entry


def _check_counts(report: Report) -> None:
    stored = Entry.objects.count()
    if stored != report.leaves + report.waiting:
        report.faults.append(
            f"{stored} entries are stored, but {report.leaves} are in the log "
            f"and {report.waiting} wait for it."
        )
