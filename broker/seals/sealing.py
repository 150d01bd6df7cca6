"""Seal, open, destroy: what is sealed under a scope is readable until its key is destroyed.

Keys are written in the store's own transactions, never in the act's: an act that fails may
leave a key that seals nothing. Unwrapped keys stay in memory for at most a minute; after
`destroy` in one process, others may still open for so long (and only that long).
"""

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connections

from broker.basics.clock import now
from broker.basics.errors import Expired, NotFound
from broker.seals.cipher import KEY_BYTES, DataKey
from broker.seals.keyring import keyring
from broker.seals.models import WrappedKey
from broker.seals.router import STORE

MEMORY_SECONDS = 60
MEMORY_KEYS = 8192

_memory: OrderedDict[str, tuple[float, DataKey]] = OrderedDict()
_memory_lock = threading.Lock()


def seal(scope: str, plaintext: bytes, *, context: bytes) -> bytes:
    """Seal `plaintext` under the key of `scope` (made on first use), bound to `context`.

    The result is 40 bytes longer. Raises Expired when the scope's key was destroyed.
    """
    return ready([scope])[scope].seal(plaintext, context=_bound(scope, context))


def open_sealed(scope: str, sealed: bytes, *, context: bytes) -> bytes:
    """Return what was sealed under the same scope and context.

    Raises Expired when the key was destroyed, NotFound when the scope never had one,
    DigestMismatch when the bytes were not sealed so.
    """
    key = _remembered([scope]).get(scope) or _fetched([scope]).get(scope)
    if key is None:
        raise NotFound(
            f"There is no key for {scope}.",
            why="Nothing was ever sealed under it in this store.",
            remedy="If the store was restored from a backup, restore the newer one.",
        )
    return key.open(bytes(sealed), context=_bound(scope, context))


def seal_with(key: DataKey, scope: str, plaintext: bytes, *, context: bytes) -> bytes:
    """Seal with a key that `ready` returned for `scope`; asks no store."""
    return key.seal(plaintext, context=_bound(scope, context))


def ready(scopes: Collection[str], *, new: Collection[str] = ()) -> dict[str, DataKey]:
    """Return the keys of all `scopes`, made where there is none, in as few steps as possible.

    `new` names scopes that surely have no key yet: they cost no look-up. Raises Expired when
    one of the keys was destroyed.
    """
    found = _remembered(scopes)
    found |= _fetched([scope for scope in scopes if scope not in found and scope not in new])
    found |= _made([scope for scope in scopes if scope not in found])
    found |= _fetched([scope for scope in scopes if scope not in found])
    return found


def destroy(scope: str) -> datetime:
    """Destroy the key of `scope` now, for good, and return the instant it went.

    Whatever was sealed under it opens no more, here at once, in other processes within
    MEMORY_SECONDS. Not undone by a rollback of the caller's act: call it after the commit.
    Backups of the store hold the wrapped key until they expire; on PostgreSQL the dead row
    version goes with the next vacuum. Destroying twice changes nothing.
    """
    forget(scope)
    with connections[STORE].cursor() as cursor:
        if connections[STORE].vendor == "sqlite":
            cursor.execute("PRAGMA secure_delete = ON")
        cursor.execute(_DESTROY, [scope, b"", "", now(), now()])
    _flush_log()
    forget(scope)
    row = WrappedKey.objects.get(scope=scope)
    assert row.destroyed_at is not None
    return row.destroyed_at


def forget(scope: str | None = None) -> None:
    """Drop the unwrapped key of `scope`, or of all scopes, from this process's memory."""
    with _memory_lock:
        if scope is None:
            _memory.clear()
        else:
            _memory.pop(scope, None)


_TABLE = "seals_wrappedkey"
_DESTROY = f"""
    INSERT INTO {_TABLE} (scope, wrapped, kek_name, made_at, destroyed_at)
    VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (scope) DO UPDATE SET wrapped = excluded.wrapped,
        destroyed_at = coalesce({_TABLE}.destroyed_at, excluded.destroyed_at)
"""  # noqa: S608


def _bound(scope: str, context: bytes) -> bytes:
    return scope.encode() + b"\x00" + context


def _remembered(scopes: Collection[str]) -> dict[str, DataKey]:
    found = {}
    with _memory_lock:
        for scope in scopes:
            until, key = _memory.get(scope, (0.0, None))
            if key is not None and until > time.monotonic():
                _memory.move_to_end(scope)
                found[scope] = key
    return found


def _remember(found: dict[str, DataKey]) -> None:
    """Keep keys whose rows are surely committed: another transaction may still roll back."""
    if connections[STORE].in_atomic_block:
        return
    until = time.monotonic() + MEMORY_SECONDS
    with _memory_lock:
        for scope, key in found.items():
            _memory[scope] = (until, key)
        while len(_memory) > MEMORY_KEYS:
            _memory.popitem(last=False)


def _fetched(scopes: Collection[str]) -> dict[str, DataKey]:
    if not scopes:
        return {}
    found = {}
    for row in WrappedKey.objects.filter(scope__in=scopes):
        if row.destroyed_at is not None:
            raise Expired(
                f"What was sealed for {row.scope} can no longer be read.",
                why=f"Its key was destroyed on {row.destroyed_at:%Y-%m-%d}.",
                remedy="Nothing brings it back; the ledger still shows that it was there.",
            )
        data_key = keyring().unwrap(row.kek_name, bytes(row.wrapped), scope=row.scope)
        found[row.scope] = DataKey(data_key)
    _remember(found)
    return found


def _made(scopes: Collection[str]) -> dict[str, DataKey]:
    """Make keys for `scopes`; leave out those that another process made first."""
    if not scopes:
        return {}
    at, drawn, values = now(), {}, list[Any]()
    kek = f"kek-{at:%Y-%m}"
    for scope in scopes:
        drawn[scope] = os.urandom(KEY_BYTES)
        values += [scope, keyring().wrap(kek, drawn[scope], scope=scope), kek, at]
    rows = ", ".join(["(%s, %s, %s, %s)"] * len(drawn))
    with connections[STORE].cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_TABLE} (scope, wrapped, kek_name, made_at) VALUES {rows} "  # noqa: S608
            "ON CONFLICT (scope) DO NOTHING RETURNING scope",
            values,
        )
        made = {scope: DataKey(drawn[scope]) for (scope,) in cursor.fetchall()}
    _remember(made)
    return made


def _flush_log() -> None:
    """On SQLite, empty the write-ahead log, which still holds the old row."""
    connection = connections[STORE]
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
