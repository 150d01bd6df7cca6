"""Ten thousand clocks due at one instant among a million open ones."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Barrier
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from broker.access.acting import acting
from broker.basics.actor import SYSTEM
from broker.basics.clock import now
from broker.clocks import sweep
from broker.demo.bench import arena, parties
from broker.ledger.append import Event, append

OPEN = 1_000_000
DUE = 10_000
OWNERS = 10
SWEEPERS = 2
_SOON = timedelta(seconds=1.5)

_OPEN = """
    INSERT INTO clocks_clock (
        id, subject_type, subject_id, reference, owner, name, instrument_id, instrument_version,
        status, binding, zone, place, started_at, due_at, lapses_at, next_alert_at, rung,
        repetition, silenced, derivation
    )
    SELECT gen_random_uuid(), 'referral', gen_random_uuid(), 'R-BENCH',
        (%(owners)s::uuid[])[1 + n %% %(many)s], 'comply', 'eu-tco-removal-order', 1, 'running',
        true, 'Europe/Paris', 'FR', %(at)s::timestamptz - interval '30 minutes',
        %(at)s::timestamptz + interval '30 minutes', %(at)s::timestamptz + interval '1 hour',
        %(at)s::timestamptz, 0, 0, '[]', '[]'
    FROM generate_series(1, %(number)s) AS n
"""
# What the database can do at the least: claim, move on and note the alert, nothing else.
_CLAIM = """
    WITH due AS (
        SELECT id FROM clocks_clock WHERE next_alert_at <= now()
        ORDER BY next_alert_at LIMIT 1000 FOR UPDATE SKIP LOCKED
    ), moved AS (
        UPDATE clocks_clock AS clock SET next_alert_at = NULL, rung = 1
        FROM due WHERE clock.id = due.id RETURNING clock.id, clock.owner
    )
    INSERT INTO clocks_alert
        (id, clock_id, rung, repetition, owner, who, lapse, planned_at, rung_at, acknowledged_by)
    SELECT gen_random_uuid(), id, 0, 0, owner, '[]', false, now(), now(), '' FROM moved
"""


def measure(*, rounds: int) -> dict[str, float]:
    """Return `clocks_p99_s` (lateness until committed) and `clocks_p99_ratio` to the bare claim."""
    owners = [parties.unit(number).id for number in range(100, 100 + OWNERS)]
    with acting(SYSTEM):
        append(*(_first_event(owner) for owner in owners))
    far = now() + timedelta(days=300)
    _make_open(owners, OPEN, far)
    full, bare, ratio = arena.interleaved(
        lambda: _p99(owners, _sweep_one), lambda: _p99(owners, _claim_one), rounds=rounds
    )
    return {
        "clocks_p99_ratio": round(ratio, 2),
        "clocks_p99_s": round(full, 3),
        "claim_p99_s": round(bare, 3),
    }


def _first_event(owner: object) -> Event:
    return Event(verb="bench", stream=f"org:{owner}", actor=SYSTEM)


def _make_open(owners: Sequence[UUID], number: int, at: datetime) -> None:
    with connection.cursor() as cursor:
        named: dict[str, Any] = {
            "owners": list(owners),
            "many": len(owners),
            "number": number,
            "at": at,
        }
        cursor.execute(_OPEN, named)
        cursor.execute("ANALYZE clocks_clock")


def _p99(owners: Sequence[UUID], sweep_round: Callable[[], int]) -> float:
    """Return the 99th percentile of lateness, from the due instant to the commit, in seconds."""
    due = now() + _SOON
    _make_open(owners, DUE, due)
    told = arena.FORK.SimpleQueue()

    def work(_number: int, start: Barrier) -> None:
        list(connection.cursor().execute("SELECT 1") or [])
        start.wait()
        time.sleep(max(0.0, (due - now()).total_seconds()))
        told.put(_batches_until_quiet(due, sweep_round))

    arena.together(SWEEPERS, work)
    # One small pair a batch: a pipe holds it while nobody reads.
    batches = [batch for _ in range(SWEEPERS) for batch in told.get()]
    lateness: list[float] = sorted(late for late, done in batches for _ in range(done))
    if len(lateness) != DUE:
        raise RuntimeError(f"{len(lateness)} clocks rang, not {DUE}")
    return lateness[int(DUE * 0.99) - 1]


def _batches_until_quiet(due: datetime, sweep_round: Callable[[], int]) -> list[tuple[float, int]]:
    """Sweep until nothing is due; return for each batch its lateness at the commit, its size."""
    batches: list[tuple[float, int]] = []
    empty = 0
    while empty < 3:
        done = sweep_round()
        if done:
            batches.append(((datetime.now(UTC) - due).total_seconds(), done))
        empty = 0 if done else empty + 1
        time.sleep(0 if done else 0.02)
    return batches


def _sweep_one() -> int:
    return sweep.sweep_once().done


def _claim_one() -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM)
        return int(cursor.rowcount)
