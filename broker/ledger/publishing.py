"""Make public what is committed: tiles, then the signed checkpoint.

Each round starts from what is published, not from what was just sequenced, so a crash
between commit and publication heals by itself.
"""

import logging

from django.conf import settings

from broker.basics.clock import now
from broker.basics.errors import Unavailable
from broker.crypto.merkle import Frontier
from broker.crypto.note import NoteError, open_note, sign_note
from broker.crypto.note_text import Checkpoint as CheckpointText
from broker.ledger.drain import Drained, entries_between, head
from broker.ledger.models import Checkpoint
from broker.ledger.signing import log_signer, log_vkey, origin
from broker.ledger.tiles import Tiles, tiles

STEP = 65536

log = logging.getLogger("broker.ledger")


def published_size(note: str | None = None) -> int:
    """Return the size that the published checkpoint (or `note`) states, 0 before the first.

    Raises Unavailable when it is not a checkpoint under the log's present key.
    """
    checkpoint = _parsed(note or tiles().checkpoint())
    return checkpoint.size if checkpoint else 0


def demand_no_rewind() -> int:
    """Return the published size; raise Unavailable unless the database continues that log.

    A database restored from a backup would fork the log: it knows less than what was
    published, or something else. Then nothing may be sequenced.
    """
    checkpoint = _parsed(tiles().checkpoint())
    if checkpoint is None:
        _demand_key()
        return 0
    known = Checkpoint.objects.filter(size=checkpoint.size).first()
    size = head().size
    if size < checkpoint.size or known is None or bytes(known.root) != checkpoint.root:
        log.critical("ledger_rewound", extra={"published": checkpoint.size, "database": size})
        raise Unavailable(
            "The log stands still: the database does not continue the published log.",
            why=f"Published are {checkpoint.size} entries; the database has {size}, or others.",
            remedy="A backup was restored. Freeze the old log and begin a new one.",
        )
    return checkpoint.size


def publish(*batches: Drained) -> int:
    """Publish all that is committed; return the size that is public now.

    `batches` are entries just drained, which are then not read again.
    """
    store, size, edge = tiles(), published_size(), head()
    if size >= edge.size:
        return size
    try:
        _write_tiles(store, size, edge.size, batches)
    except FileNotFoundError:
        log.warning("tiles_rebuilt", extra={"published": size})
        _write_tiles(store, 0, edge.size, ())
    note = _signed(edge)
    if published_size() < edge.size:
        store.publish(note)
    return edge.size


def _write_tiles(store: Tiles, size: int, end: int, batches: tuple[Drained, ...]) -> None:
    if batches and batches[0].size == size:
        store.extend(size, [entry for batch in batches for entry in batch.entries][: end - size])
        return
    while size < end:
        entries = entries_between(size, min(size + STEP, end))
        store.extend(size, entries)
        size += len(entries)


def _signed(edge: Frontier) -> str:
    """Sign the committed head, once; the row is there before the note is public."""
    root = edge.root()
    note = sign_note(CheckpointText(origin(), edge.size, root).text(), log_signer())
    row, _ = Checkpoint.objects.get_or_create(
        size=edge.size, defaults={"root": root, "note": note, "at": now()}
    )
    return row.note


def _parsed(note: str | None) -> CheckpointText | None:
    if note is None:
        return None
    try:
        return CheckpointText.parse(open_note(note, [log_vkey()]).text)
    except NoteError as error:
        raise Unavailable(
            "The log stands still: the published checkpoint is not signed by the log's key.",
            why=str(error),
            remedy=f"Put the log's key back into {settings.KEYS_FOLDER}, or begin a new log.",
        ) from None


def _demand_key() -> None:
    """Refuse to sign a log that was begun under another key, when no file shows it."""
    newest = Checkpoint.objects.order_by("-size").first()
    if newest is None:
        return
    try:
        open_note(newest.note, [log_vkey()])
    except NoteError as error:
        raise Unavailable(
            "The log stands still: its last checkpoint was signed by another key.",
            why=str(error),
            remedy=f"Put the log's key back into {settings.KEYS_FOLDER}, or begin a new log.",
        ) from None
