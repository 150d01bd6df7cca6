"""Work the outbox: lease due rows, send them outside any transaction, record what came of it.

At least once: a worker that dies leaves its lease to run out, and the message goes again.
"""

import logging
from collections.abc import Iterable, Iterator
from contextvars import copy_context
from datetime import datetime, timedelta
from queue import SimpleQueue
from threading import Thread
from uuid import UUID

from django.db.models import F, Min, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from broker.access.acting import acting
from broker.basics.actor import SYSTEM
from broker.basics.clock import now
from broker.basics.ids import uuid7
from broker.basics.swept import Swept
from broker.courier.connector import Outcome, Post, connector_named
from broker.courier.models import OPEN, Dispatch, Status
from broker.courier.recording import record

log = logging.getLogger("broker.courier")

BATCH = 40
# Longer than a connector may take, so that a lease ends only for a worker that died or hangs.
LEASE = timedelta(seconds=60)
_EARLIEST_FIRST = (F("due_at").asc(nulls_last=True), F("next_attempt_at").asc())


def deliver(ids: Iterable[str | UUID]) -> int:
    """Send those of these dispatches that are due and free; return how many were tried."""
    wanted = list(ids)
    tried = 0
    for start in range(0, len(wanted), BATCH):
        tried += _work(Q(pk__in=wanted[start : start + BATCH]))
    return tried


def sweep_once() -> Swept:
    """Send one batch of whatever is due: each receiver's earliest statutory time first.

    Finds work whose message was lost and leases that ran out; writes nothing when idle.
    """
    first = _next_at()
    if first is None or first > now():
        return Swept(done=0, next_at=first)
    return Swept(done=_work(Q(pk__in=_turns())), next_at=_next_at())


def _next_at() -> datetime | None:
    found = Dispatch.objects.filter(status__in=OPEN).aggregate(at=Min("next_attempt_at"))
    at: datetime | None = found["at"]
    return at


def _turns() -> list[UUID]:
    """Return the keys of one batch, receivers in turn: one that hangs holds up no other's post."""
    turn = Window(RowNumber(), partition_by=F("contact_point"), order_by=_EARLIEST_FIRST)
    due = Dispatch.objects.filter(status__in=OPEN, next_attempt_at__lte=now())
    in_turn = due.annotate(turn=turn).order_by("turn", *_EARLIEST_FIRST)
    return list(in_turn.values_list("pk", flat=True)[:BATCH])


def _work(which: Q) -> int:
    leased = _lease(Dispatch.objects.filter(which, status__in=OPEN, next_attempt_at__lte=now()))
    for dispatch, outcome in _send_all(leased):
        try:
            record(dispatch, outcome)
        except Exception:
            # Whoever hears the news failed: the lease runs out and the message goes again.
            log.exception("dispatch_not_recorded", extra={"dispatch": str(dispatch.pk)})
    return len(leased)


def _lease(due: QuerySet[Dispatch]) -> list[Dispatch]:
    """Claim up to a batch under one new token; rows that another worker claims are skipped."""
    with acting(SYSTEM):
        claimed = list(
            due.select_for_update(skip_locked=True, of=("self",))
            .select_related("contact_point")
            .order_by(*_EARLIEST_FIRST)[:BATCH]
        )
        token, until = uuid7(), now() + LEASE
        for dispatch in claimed:
            dispatch.lease_token, dispatch.attempts = token, dispatch.attempts + 1
        Dispatch.objects.filter(pk__in=[dispatch.pk for dispatch in claimed]).update(
            status=Status.LEASED,
            lease_token=token,
            next_attempt_at=until,
            attempts=F("attempts") + 1,
        )
    return claimed


def _send_all(leased: list[Dispatch]) -> Iterator[tuple[Dispatch, Outcome]]:
    """Send all at once, a thread each, and yield each outcome as it comes.

    Daemon threads: a worker that is told to stop waits for no slow receiver.
    """
    came: SimpleQueue[tuple[Dispatch, Outcome]] = SimpleQueue()
    for dispatch in leased:
        post = Post(
            dispatch=str(dispatch.pk),
            kind=dispatch.kind,
            address=dispatch.contact_point.address,
            body=bytes(dispatch.body),
        )
        context = copy_context()
        Thread(
            target=context.run, args=(_send, dispatch, post, came), daemon=True, name="courier"
        ).start()
    for _ in leased:
        yield came.get()


def _send(dispatch: Dispatch, post: Post, came: "SimpleQueue[tuple[Dispatch, Outcome]]") -> None:
    try:
        outcome = connector_named(dispatch.connector).send(post)
    except Exception as fault:
        log.exception("connector_failed", extra={"dispatch": post.dispatch})
        outcome = Outcome(at=now(), fault=f"The connector failed: {type(fault).__name__}.")
    came.put((dispatch, outcome))
