"""From a keyid to who signs with it: an actor and the public key that must have signed."""

import base64
import time
from dataclasses import dataclass

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from broker.access.acting import looking
from broker.basics.actor import SYSTEM, Actor
from broker.crypto.keys import PublicKey
from broker.parties.directory import actor_for_key, message_key
from broker.parties.models import Organisation, PartyKey

KEEP_SECONDS = 5.0
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Caller:
    actor: Actor
    public: PublicKey


_known: dict[str, tuple[float, Caller]] = {}


def caller_named(keyid: str) -> Caller:
    """Return who signs with the message key `keyid`; raise Unauthenticated if nobody does.

    The look-up is kept for five seconds in this process: a key that is revoked or runs out,
    and an organisation that is frozen, is refused everywhere within that time.
    """
    until, caller = _known.get(keyid, (0.0, None))
    if caller is None or until < time.monotonic():
        caller = _look_up(keyid)
        if len(_known) >= _MOST:
            _known.clear()
        _known[keyid] = (time.monotonic() + KEEP_SECONDS, caller)
    return caller


def _look_up(keyid: str) -> Caller:
    with looking(SYSTEM):
        key = message_key(keyid)
        actor = actor_for_key(key)
    return Caller(actor, PublicKey.from_spki(base64.b64decode(key.value)))


@receiver([post_save, post_delete], sender=PartyKey)
@receiver([post_save, post_delete], sender=Organisation)
def _forget(**_: object) -> None:
    _known.clear()
