"""How often a sign-in may be tried: counted in the cache, per account and per address."""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _

from broker.basics.errors import NotAllowed

WINDOW_S = 15 * 60


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `times` failures of what `parts` name within the window."""

    name: str
    times: int
    parts: tuple[str, ...]

    @property
    def key(self) -> str:
        joined = "\x00".join(self.parts).encode("utf-8", "replace")
        return f"web.throttle.{self.name}.{hashlib.sha256(joined).hexdigest()}"


def limits(account: str, address: str) -> tuple[Limit, ...]:
    """Return the limits on one account from one address, on the account, and on the address.

    The first is strict. The account's own is wide, so that a stranger elsewhere cannot lock
    an officer out with a handful of guesses.
    """
    account = account.casefold()
    return (
        Limit("pair", 5, (account, address)),
        Limit("account", 30, (account,)),
        Limit("address", 60, (address,)),
    )


def take_turn(of: tuple[Limit, ...]) -> None:
    """Count one attempt before it is judged; raise NotAllowed when a limit is used up.

    Counted first, so that attempts made at the same moment cannot share one count; nothing
    tells which limit it was. The count ends 15 minutes after the last attempt that counted.
    """
    with _alone():
        if any(cache.get(limit.key, 0) >= limit.times for limit in of):
            raise NotAllowed(
                _("Too many attempts to sign in."),
                why=_("After several wrong attempts the sign-in is closed for a while."),
                remedy=_("Wait 15 minutes, then try again. Your administrator can help you."),
            )
        _add(of, 1)


def give_back(of: tuple[Limit, ...]) -> None:
    """Take the attempt out of the count again: it was a good one."""
    with _alone():
        _add(of, -1)


def forget(of: tuple[Limit, ...]) -> None:
    """Forget the failures of this account from this address after a good sign-in."""
    cache.delete(of[0].key)


def _add(of: tuple[Limit, ...], number: int) -> None:
    for limit in of:
        cache.set(limit.key, max(0, cache.get(limit.key, 0) + number), WINDOW_S)


@contextmanager
def _alone() -> Iterator[None]:
    """Let one process of this machine count at a time: the cache in files does not add up."""
    with open(Path(settings.DATA) / "attempts.lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
