"""How often a sign-in may be tried: counted in the cache, per account and per address."""

import hashlib
from dataclasses import dataclass

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


def require_room(of: tuple[Limit, ...]) -> None:
    """Raise NotAllowed when a limit is used up; nothing tells which one."""
    if any(cache.get(limit.key, 0) >= limit.times for limit in of):
        raise NotAllowed(
            _("Too many attempts to sign in."),
            why=_("After several wrong attempts the sign-in is closed for a while."),
            remedy=_("Wait 15 minutes, then try again. Your administrator can help you."),
        )


def count_failure(of: tuple[Limit, ...]) -> None:
    """Count one failed attempt towards every limit; the window starts with the first."""
    for limit in of:
        cache.add(limit.key, 0, WINDOW_S)
        try:
            cache.incr(limit.key)
        except ValueError:  # it ran out between the two lines
            cache.add(limit.key, 1, WINDOW_S)


def forget(of: tuple[Limit, ...]) -> None:
    """Forget the failures of this account from this address after a good sign-in."""
    cache.delete(of[0].key)
