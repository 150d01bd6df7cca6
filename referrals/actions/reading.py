"""Write down that a page was read: the one thing a GET of a case writes."""

from collections.abc import Sequence

from broker.access.acting import acting
from broker.basics.actor import Actor
from broker.crypto.canonical import canonical, sha256_hex
from broker.ledger.append import Event, InstrumentRef, Subject, note_reading
from broker.ledger.reading import last_seq
from referrals.models import Referral


def note_case_read(referral: Referral, *, actor: Actor) -> None:
    """Note that `actor` read the case, in an act of its own that waits for nobody."""
    with acting(actor):
        note_reading(
            Event(
                verb="referral.read",
                stream=referral.stream,
                actor=actor,
                subjects=(Subject("referral", str(referral.id)),),
                instrument=InstrumentRef(referral.instrument_id, referral.instrument_sha256),
                organisations=tuple(referral.parties),
            ),
            after=last_seq(referral.stream),
        )


def note_list_read(referrals: Sequence[Referral], *, actor: Actor) -> None:
    """Note that `actor` saw a list: one event with a digest of the ids, none for an empty one."""
    if not referrals:
        return
    ids = sha256_hex(canonical([str(referral.id) for referral in referrals]))
    stream = f"org:{actor.organisation}"
    with acting(actor):
        note_reading(
            Event(
                verb="referrals.listed",
                stream=stream,
                actor=actor,
                subjects=(Subject("referrals", stream, ids),),
                organisations=(str(actor.organisation),),
                counts={"referrals": len(referrals)},
            )
        )
