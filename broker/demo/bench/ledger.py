"""Appends by eight writers, sequencer on, against raw inserts of the same row."""

import time
from multiprocessing.synchronize import Barrier

from django.db import connection, transaction

from broker.basics.actor import SYSTEM
from broker.basics.ids import uuid7
from broker.demo.bench import arena
from broker.ledger import sequencer
from broker.ledger.append import Event, InstrumentRef, Subject, append
from broker.ledger.standing import standing

WRITERS = 8
EACH = 750
SEQUENCED = 100_000
_REST_S = 0.25

_COLUMNS = "stream, seq, commitment, sealed, verb, instrument, organisations, counts, at"
_READ = f"SELECT {_COLUMNS} FROM ledger_entry WHERE id = %s"  # noqa: S608
_RAW = f"INSERT INTO ledger_entry (id, {_COLUMNS}) VALUES (%s{', %s' * 9})"  # noqa: S608


# Entries as accepted just now, with ids in order of time (UUIDv7), all waiting in the pool.
_FILL = """
    WITH made AS (
        INSERT INTO ledger_entry
            (id, stream, seq, commitment, sealed, verb, instrument, organisations, at)
        SELECT (
                lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint + n / 100), 12, '0')
                || '7' || lpad(to_hex(n %% 4096), 3, '0') || 'a' || substr(md5(n::text), 1, 15)
            )::uuid,
            'case:bench', n, sha256(n::text::bytea), ''::bytea, 'bench', '', '[]', now()
        FROM generate_series(1, %s) AS n
        RETURNING id
    )
    INSERT INTO ledger_pool (entry) SELECT id FROM made
"""


def measure(*, rounds: int) -> dict[str, float]:
    """Return `ledger_ratio`, `sequencer_per_s` and the rates of both arms."""
    full, raw, ratio = arena.interleaved(_appends, _raw_inserts, rounds=rounds)
    return {
        "ledger_ratio": round(ratio, 3),
        "appends_per_s": round(full),
        "raw_inserts_per_s": round(raw),
        "sequencer_per_s": round(_sequenced()),
    }


def _event(stream: str) -> Event:
    return Event(
        verb="referral.send",
        stream=stream,
        actor=SYSTEM,
        subjects=(Subject("referral", stream.removeprefix("case:")),),
        instrument=InstrumentRef("policy-two-hours", "0" * 64),
        old={"state": "approved"},
        new={"state": "sent"},
        organisations=(str(uuid7()), str(uuid7())),
    )


def _append_many(_number: int, start: Barrier) -> None:
    stream = f"case:{uuid7()}"
    with transaction.atomic():
        append(_event(stream))
    start.wait()
    for _ in range(EACH):
        with transaction.atomic():
            append(_event(stream))


def _appends() -> float:
    """Return appends per second until the last of them has its index."""
    with arena.beside(_sequence_forever):
        writing = arena.together(WRITERS, _append_many)
        drained = time.perf_counter()
        while standing().waiting_since:
            time.sleep(0.005)
        took = writing + time.perf_counter() - drained
    return WRITERS * EACH / took


def _sequence_forever() -> None:
    """Sweep as the Pulse does: again at once behind a full round, else after a short rest."""
    while True:
        swept = sequencer.sweep_once()
        if swept.next_at is None:
            time.sleep(_REST_S)


def _raw_inserts() -> float:
    """Return rows per second when one ready-made entry row is inserted a transaction."""
    return WRITERS * EACH / arena.together(WRITERS, _insert_many)


def _insert_many(_number: int, start: Barrier) -> None:
    with transaction.atomic():
        [appended] = append(_event(f"case:{uuid7()}"))
    with connection.cursor() as cursor:
        cursor.execute(_READ, [appended.event_id])
        values = list(cursor.fetchone())
    start.wait()
    for _ in range(EACH):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_RAW, [uuid7(), *values])


def _sequenced() -> float:
    """Return entries sequenced, hashed and tiled a second, from a full pool."""
    with connection.cursor() as cursor:
        cursor.execute(_FILL, [SEQUENCED])
    began = time.perf_counter()
    while sequencer.sweep_once().done:
        pass
    return SEQUENCED / (time.perf_counter() - began)
