"""The directory as intake reads it: kept for some seconds, so that filing asks for no row."""

import time
from contextlib import suppress
from uuid import UUID

from django.db.models import Q
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from broker.parties.models import ContactPoint, Organisation

KEEP_SECONDS = 5.0
_MOST = 10_000

_known: dict[str, tuple[float, Organisation]] = {}


def listed(name: str | UUID | None) -> Organisation | None:
    """Return the unfrozen organisation with this id or slug, its contact points read along.

    The look-up is kept for five seconds in this process: a change made elsewhere, a freeze
    included, counts here within that time.
    """
    wanted = str(name)
    until, found = _known.get(wanted, (0.0, None))
    if found is None or until < time.monotonic():
        found = _look_up(wanted)
        if len(_known) >= _MOST:
            _known.clear()
        if found is not None:
            _known[wanted] = (time.monotonic() + KEEP_SECONDS, found)
    return found


def _look_up(wanted: str) -> Organisation | None:
    named = Q(slug=wanted)
    with suppress(ValueError):
        named |= Q(id=UUID(wanted))
    rows = Organisation.objects.filter(named, frozen_at=None)
    return rows.prefetch_related("contact_points").first()


@receiver([post_save, post_delete], sender=ContactPoint)
@receiver([post_save, post_delete], sender=Organisation)
def forget(**_: object) -> None:
    """Forget what was read; the next look-up asks the database."""
    _known.clear()
