"""The Celery app, its queues, its calendar, and the Pulse. Rows are the queue; Celery works them.

Every worker carries the Pulse, which needs no message: clocks, outbox and sequencer go on
while Redis or RabbitMQ is down.
"""

import logging
import os
import time
from importlib import import_module
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from celery import Celery, bootsteps
from celery.schedules import crontab
from kombu import Queue

if TYPE_CHECKING:
    from broker.basics.swept import Swept

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broker.settings")

log = logging.getLogger("broker.pulse")

app = Celery("broker")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# A worker that is told nothing else hears both; a big house gives each its own workers.
app.conf.task_queues = (Queue("urgent"), Queue("ordinary"))

# What beat rings. Never a statutory time: those are rows, and the Pulse finds them.
app.conf.beat_schedule = {
    "months of the ledger": {
        "task": "broker.ledger.tasks.make_months",
        "schedule": crontab(hour="3", minute="10"),
    },
    "uploads nobody completed": {
        "task": "evidence.tasks.clear_expired_uploads",
        "schedule": crontab(hour="3", minute="40"),
    },
}

SWEEPS = {
    "clocks": "broker.clocks.sweep",
    "lapses": "broker.clocks.lapses",
    "outbox": "broker.courier.delivery",
    "sequencer": "broker.ledger.sequencer",
}
BUSY_S = 0.25
IDLE_S = 2.0
_LEAST_S = 0.02
_STOP_WITHIN_S = 3.0


class Pulse(bootsteps.StartStopStep):
    """One thread for each sweep, so that a slow receiver holds up no clock.

    Starts after the pool, whose children are forked before any thread is there. On TERM each
    thread ends after its present round; daemon threads, so that none outlives the worker.
    """

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, **_: Any) -> None:
        super().__init__(parent)
        self._told_to_stop = Event()
        self._threads: list[Thread] = []

    def start(self, parent: Any) -> None:
        self._threads = [
            Thread(target=keep_sweeping, args=(name, self._told_to_stop), daemon=True, name=name)
            for name in SWEEPS
        ]
        for thread in self._threads:
            thread.start()

    def stop(self, parent: Any) -> None:
        self._told_to_stop.set()
        until = time.monotonic() + _STOP_WITHIN_S
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    terminate = stop


app.steps["worker"].add(Pulse)


def keep_sweeping(name: str, told_to_stop: Event) -> None:
    """Run the sweep `name` until told to stop; no fault of a round ends the loop."""
    from django.db import connections

    try:
        while not told_to_stop.is_set():
            told_to_stop.wait(sweep(name))
    finally:
        connections.close_all()


def sweep(name: str) -> float:
    """Run one round, leave a sign of life, and return how many seconds to rest."""
    from django.db import close_old_connections

    from broker.basics.heartbeat import beat

    try:
        close_old_connections()
        swept: Swept = import_module(SWEEPS[name]).sweep_once()
    except Exception:
        log.exception("sweep_failed", extra={"sweep": name})
        return IDLE_S
    beat(name)
    return rest_after(swept)


def rest_after(swept: "Swept") -> float:
    """Return the seconds until the next round: to the next due row, 0.25 busy, 2 idle at most.

    A due row that could not be taken (another worker has it) is no reason to spin.
    """
    from broker.basics.clock import now

    most = BUSY_S if swept.done else IDLE_S
    least = 0.0 if swept.done else _LEAST_S
    if swept.next_at is None:
        return most
    return min(most, max(least, (swept.next_at - now()).total_seconds()))
