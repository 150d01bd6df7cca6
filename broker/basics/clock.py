"""The one source of the present instant, and how an instant is written."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_frozen: ContextVar[datetime | None] = ContextVar("frozen", default=None)
_act: ContextVar[datetime | None] = ContextVar("act", default=None)


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC)


@contextmanager
def frozen(at: datetime) -> Iterator[datetime]:
    """Hold the clock at `at` (aware) within the block; for tests and worked examples."""
    token = _frozen.set(at.astimezone(UTC))
    try:
        yield at
    finally:
        _frozen.reset(token)


def frozen_at() -> datetime | None:
    """Return the instant at which the clock is held, or None when it runs."""
    return _frozen.get()


@contextmanager
def act_began(at: datetime | None) -> Iterator[None]:
    """Remember within the block when the database says that the act began (None: not asked)."""
    token = _act.set(at)
    try:
        yield
    finally:
        _act.reset(token)


def act_instant() -> datetime | None:
    """Return the database's instant at which the present act began, if it is known."""
    return _act.get()


def iso(at: datetime) -> str:
    """Write an aware instant as custody documents do: `2026-11-24T15:57:32.000000Z`."""
    if at.tzinfo is None:
        raise ValueError(f"The instant {at!r} has no time zone.")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_iso(text: str) -> datetime:
    """Read an ISO 8601 instant that names its offset; raise ValueError without one."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"The instant {text!r} names no offset; write Z or +02:00 behind it.")
    return at.astimezone(UTC)
