"""The log as outsiders have it: every tile, every bundle, and the published checkpoint."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from broker.basics.errors import Unavailable
from broker.crypto.merkle import leaf_hash, root_of
from broker.ledger.drain import entries_between
from broker.ledger.models import Checkpoint
from broker.ledger.publishing import published_size
from broker.ledger.tiles import WIDTH, Tiles, tiles


@dataclass(frozen=True, slots=True)
class Published:
    """The published checkpoint: its size (0: none), its note, and what is wrong with it."""

    size: int = 0
    note: str | None = None
    fault: str = ""


def published() -> Published:
    """Read the published checkpoint; never raises for a bad one."""
    note = tiles().checkpoint()
    try:
        return Published(published_size(note), note)
    except Unavailable as refusal:
        return Published(note=note, fault=refusal.what)


def published_faults(public: Published, size: int) -> Iterator[str]:
    """Compare with a database of `size` leaves."""
    if public.fault:
        yield public.fault
        return
    row = Checkpoint.objects.filter(size=public.size).first()
    if public.size and (row is None or row.note != public.note):
        yield f"The published checkpoint {public.size} is not one that the database signed."
    if public.size > size:
        yield f"Published are {public.size} entries; the database has {size}."


def tile_faults(size: int) -> tuple[int, list[str]]:
    """Recompute the tiles and bundles of the first `size` entries.

    Returns how many there are, and a sentence for each that differs or is missing.
    """
    store, count, faults = tiles(), 0, list[str]()
    level, hashes = 0, _leaf_hashes(store, size, faults)
    while size:
        rising = []
        for start in range(0, size, WIDTH):
            expected = list(islice(hashes, min(WIDTH, size - start)))
            if len(expected) < min(WIDTH, size - start):
                return count, [*faults, "Entries are missing: not every tile can be compared."]
            count += 1
            if _stored(store, level, start, len(expected)) != expected:
                faults.append(f"The tile {level}/{start // WIDTH} differs from the entries.")
            if len(expected) == WIDTH:
                rising.append(root_of(expected))
        level, size, hashes = level + 1, size // WIDTH, iter(rising)
    return count, faults


def _leaf_hashes(store: Tiles, size: int, faults: list[str]) -> Iterator[bytes]:
    """Yield the leaf hashes from the database; note bundles that hold other entries."""
    for start in range(0, size, WIDTH):
        entries = entries_between(start, min(start + WIDTH, size))
        try:
            is_same = store.entries(start // WIDTH, len(entries)) == entries
        except OSError:
            is_same = False
        if not is_same:
            faults.append(f"The bundle {start // WIDTH} differs from the entries.")
        yield from (leaf_hash(entry) for entry in entries)


def _stored(store: Tiles, level: int, start: int, count: int) -> list[bytes] | None:
    try:
        return store.hashes(level, start, count)
    except OSError:
        return None
