"""Many writers and several sequencers at once: no gap, no double, none lost.

SQLite hides lost updates, so what counts is the run on PostgreSQL.
"""

import random
import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection, connections

from broker.access.acting import acting
from broker.ledger.append import append, note_reading
from broker.ledger.models import Chain, Entry, Leaf, Pool
from broker.ledger.sequencer import sweep_once
from broker.ledger.verify import verify_ledger
from tests.ledger.conftest import OFFICER, an_event

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 8
ACTS = 60 if connection.vendor == "postgresql" else 10


class Crew:
    """Threads that start together; the first error of any is raised again at the end."""

    def __init__(self) -> None:
        self.errors: list[BaseException] = []
        self.threads: list[threading.Thread] = []

    def add(self, work: Callable[[], None]) -> None:
        def guarded() -> None:
            try:
                work()
            except BaseException as error:
                self.errors.append(error)
            finally:
                connections.close_all()

        self.threads.append(threading.Thread(target=guarded))

    def run(self) -> None:
        self.start()
        self.join()

    def start(self) -> None:
        for thread in self.threads:
            thread.start()

    def join(self) -> None:
        for thread in self.threads:
            thread.join(timeout=120)
        if self.errors:
            raise self.errors[0]


def write_at_random(draw: random.Random) -> None:
    for _ in range(ACTS):
        streams = draw.sample(["case:a", "case:b", "org:a", "org:b", "broker"], 3)
        with acting(OFFICER):
            append(*[an_event(stream) for stream in streams])
        if draw.random() < 0.2:
            with acting(OFFICER):
                note_reading(an_event("case:a", verb="case.read"), after=1)


def sequence_until(stop: threading.Event) -> None:
    while not stop.is_set():
        sweep_once()
        time.sleep(0.002)


def test_eight_writers_and_two_sequencers_leave_no_gap_and_no_double():
    writers, sequencers, stop = Crew(), Crew(), threading.Event()
    for number in range(WRITERS):
        writers.add(lambda number=number: write_at_random(random.Random(number)))
    for _ in range(2):
        sequencers.add(lambda: sequence_until(stop))

    sequencers.start()
    writers.start()
    writers.join()
    stop.set()
    sequencers.join()

    while sweep_once().done:
        pass
    assert verify_ledger().faults == []
    assert Entry.objects.filter(seq__isnull=False).count() == WRITERS * ACTS * 3
    assert sum(Chain.objects.values_list("seq", flat=True)) == WRITERS * ACTS * 3
    assert Leaf.objects.count() == Entry.objects.count()
    assert not Pool.objects.exists()


@pytest.mark.postgres
def test_first_events_of_a_stream_at_once_follow_each_other(on_postgres):
    crew, gate = Crew(), threading.Barrier(WRITERS)

    def write() -> None:
        with acting(OFFICER):
            gate.wait()
            append(an_event("org:new"), an_event("broker"))

    for _ in range(WRITERS):
        crew.add(write)

    crew.run()

    seqs = Entry.objects.filter(stream="org:new").order_by("seq").values_list("seq", flat=True)
    assert list(seqs) == list(range(1, WRITERS + 1))
    sweep_once()
    assert verify_ledger().faults == []


@pytest.mark.postgres
def test_an_act_that_is_taken_back_leaves_its_place_to_the_next(on_postgres):
    crew = Crew()

    def write(number: int) -> None:
        try:
            with acting(OFFICER):
                append(an_event("case:a"))
                if number % 3 == 0:
                    raise InterruptedError
        except InterruptedError:
            pass

    for number in range(30):
        crew.add(lambda number=number: write(number))

    crew.run()
    sweep_once()

    assert verify_ledger().faults == []
    assert Chain.objects.get().seq == 20


@pytest.mark.postgres
@pytest.mark.slow
def test_a_full_pool_does_not_slow_the_sequencer_down(on_postgres):
    count = 60_000
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_entry (id, stream, commitment, sealed, verb, instrument, "
            "organisations, at) SELECT gen_random_uuid(), 'broker', decode(repeat(md5(n::text), 2),"
            " 'hex'), ''::bytea, 'x', '', '[]', now() FROM generate_series(1, %s) n",
            [count],
        )
        cursor.execute("INSERT INTO ledger_pool (entry) SELECT id FROM ledger_entry")
        cursor.execute("ANALYZE ledger_pool")
    started, done = time.perf_counter(), 0

    while swept := sweep_once().done:
        done += swept

    rate = done / (time.perf_counter() - started)
    assert done == count
    assert rate > 3_000, f"{rate:,.0f}/s; a tenth of the target that the bench measures"
