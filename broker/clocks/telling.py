"""Tell the clocks what happened: they start, stop, restart, stand still or go on.

Which clock does what on which event is the instrument's business. Runs inside the
transaction of the act that is told of.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from broker.clocks.models import OPEN, Clock, Status
from broker.clocks.schedule import LAPSE_RUNG, Firing, ladder
from broker.clocks.watched import Watched
from broker.law import catalogue, periods
from broker.law.clock import Clock as Period
from broker.law.events import LegalEvent


def tell(watched: Watched, event: str, *, at: datetime) -> None:
    """Let every clock of `watched` hear `event`, which happened at `at` (aware, UTC)."""
    heard = LegalEvent(event)
    concerned = [
        period
        for period in watched.instrument.clocks
        if period.scope is watched.scope and heard in _hears(period)
    ]
    if not concerned:
        return
    running = _open_clocks(watched)
    for period in concerned:
        _hear(watched, period, running.get(period.id), heard, at)


def _hears(period: Period) -> frozenset[LegalEvent]:
    return frozenset(
        period.start + period.stop + period.restart_on + period.suspend_on + period.resume_on
    )


def _open_clocks(watched: Watched) -> dict[str, Clock]:
    rows = Clock.objects.select_for_update().filter(subject_id=watched.id, status__in=OPEN)
    rows = rows.order_by("id")  # the one order in which clocks are locked
    return {row.name: row for row in rows if row.stopped_at is None}


def _hear(
    watched: Watched, period: Period, running: Clock | None, event: LegalEvent, at: datetime
) -> None:
    if running is not None:
        _hear_running(watched, period, running, event, at)
    elif event in period.start:
        start(watched, period, at=at)


def _hear_running(
    watched: Watched, period: Period, running: Clock, event: LegalEvent, at: datetime
) -> None:
    if event in period.restart_on:
        _close(running, Status.RESTARTED, at)
        start(watched, period, at=at)
    elif event in period.stop:
        _close(running, _ended_as(running, event), at)
    elif event in period.suspend_on:
        _stand_still(running, at)
    elif event in period.resume_on:
        _go_on(running, period, at)


def starting(watched: Watched, events: Iterable[str], *, at: datetime) -> list[Clock]:
    """Return, unsaved, the clocks that `events` start for a case that begins in this act.

    It has no clock yet, so nothing is read; the caller inserts them with the case.
    """
    heard = {LegalEvent(event) for event in events}
    return [
        _started(watched, period, at=at)
        for period in watched.instrument.clocks
        if period.scope is watched.scope and heard & set(period.start)
    ]


def start(watched: Watched, period: Period, *, at: datetime) -> Clock:
    """Start `period` for `watched` at `at` and return the saved clock."""
    clock = _started(watched, period, at=at)
    clock.save(force_insert=True)
    return clock


def _started(watched: Watched, period: Period, *, at: datetime) -> Clock:
    """A period without a number in the law gets a row without a due time, and never rings."""
    place = watched.at(period.place_of).place
    zone = watched.at(period.zone_of).zone
    clock = Clock(
        subject_type=watched.type,
        subject_id=watched.id,
        reference=watched.reference,
        owner=watched.owner,
        name=period.id,
        instrument_id=watched.instrument.id,
        instrument_version=watched.instrument.version,
        binding=period.is_binding,
        zone=zone,
        place=place,
        started_at=at,
    )
    deadline = periods.count(period, at, zone=zone, place=place)
    clock.due_at, clock.lapses_at = deadline.due_at, deadline.lapses_at
    clock.derivation = _derivation(deadline)
    plan(clock, period)
    return clock


def plan(clock: Clock, period: Period) -> None:
    """Set the clock's next alert to the first of its ladder that is not silenced."""
    if clock.due_at is None or clock.lapses_at is None:
        clock.next_alert_at = None
        return
    firings = ladder(period, due_at=clock.due_at, lapses_at=clock.lapses_at)
    first = next(each for each in firings if each.rung not in clock.silenced)
    clock.next_alert_at = first.at
    clock.rung, clock.repetition = first.rung, first.repetition


def _ended_as(running: Clock, event: LegalEvent) -> Status:
    if event is LegalEvent.ORDER_WITHDRAWN:
        return Status.VOID
    return Status.LAPSED if running.status == Status.LAPSED else Status.MET


def _close(running: Clock, status: Status, at: datetime) -> None:
    running.status, running.stopped_at, running.next_alert_at = status, at, None
    running.save(update_fields=["status", "stopped_at", "next_alert_at"])


def _stand_still(running: Clock, at: datetime) -> None:
    if running.status != Status.RUNNING:
        return
    running.status, running.suspended_at, running.next_alert_at = Status.SUSPENDED, at, None
    running.save(update_fields=["status", "suspended_at", "next_alert_at"])


def _go_on(running: Clock, period: Period, at: datetime) -> None:
    if running.status != Status.SUSPENDED or running.suspended_at is None:
        return
    before = periods.Deadline(running.due_at, running.lapses_at, ())
    stood_still = (running.suspended_at, at)
    deadline = periods.resume(
        period, before, stood_still=stood_still, zone=running.zone, place=running.place
    )
    running.due_at, running.lapses_at = deadline.due_at, deadline.lapses_at
    running.derivation = [*running.derivation, *_derivation(deadline)]
    running.status, running.suspended_at = Status.RUNNING, None
    # Another due time is alerted anew: what was rung or seen of the last one says nothing of it.
    running.counted, running.silenced = running.counted + 1, []
    plan(running, period)
    running.save()


def _derivation(deadline: periods.Deadline) -> list[dict[str, str]]:
    return [
        {"text": step.text, "source": step.source, "mark": str(step.mark)}
        for step in deadline.steps
    ]


def silence(clocks: Iterable[Clock], rung: int) -> None:
    """Let the rung ring no more for these clocks; the rungs above it still do."""
    for clock in clocks:
        if rung == LAPSE_RUNG or rung in clock.silenced:
            continue
        clock.silenced = [*clock.silenced, rung]
        if clock.next_alert_at is not None and clock.rung == rung:
            _skip(clock)
        clock.save(update_fields=["silenced", "next_alert_at", "rung", "repetition"])


def _skip(clock: Clock) -> None:
    move_on(clock)
    while clock.next_alert_at is not None and clock.rung in clock.silenced:
        move_on(clock)


def move_on(clock: Clock) -> None:
    """Move the clock, unsaved, to the firing after the one it stands at."""
    assert clock.due_at is not None
    assert clock.lapses_at is not None
    firings = _firings(
        clock.instrument_id, clock.instrument_version, clock.name, clock.due_at, clock.lapses_at
    )
    stands_at = (clock.rung, clock.repetition)
    names = [(firing.rung, firing.repetition) for firing in firings]
    behind = firings[names.index(stands_at) + 1 :]
    follows = next((each for each in behind if each.rung not in clock.silenced), None)
    clock.next_alert_at = follows.at if follows else None
    if follows:
        clock.rung, clock.repetition = follows.rung, follows.repetition


@lru_cache(maxsize=4096)
def _firings(
    instrument_id: str, version: int, name: str, due_at: datetime, lapses_at: datetime
) -> list[Firing]:
    """Return the ladder; clocks that fall due together share it."""
    period = catalogue.get(instrument_id, version).clock(name)
    return ladder(period, due_at=due_at, lapses_at=lapses_at)
