"""Write down that a page was read: the one thing a GET of a case writes."""

from collections.abc import Sequence

from broker.access.acting import acting
from broker.basics.actor import Actor
from broker.crypto.canonical import canonical, sha256_hex
from broker.ledger.append import Event, InstrumentRef, Subject, note_reading
from broker.ledger.reading import last_seq
from evidence.models import Request


def note_case_read(case: Request, *, actor: Actor) -> None:
    """Note that `actor` read the case, in an act of its own that waits for nobody."""
    with acting(actor):
        note_reading(
            Event(
                verb="request.read",
                stream=case.stream,
                actor=actor,
                subjects=(Subject("request", str(case.id)),),
                instrument=InstrumentRef(case.instrument_id, case.instrument_sha256),
                organisations=tuple(case.parties),
            ),
            after=last_seq(case.stream),
        )


def note_list_read(cases: Sequence[Request], *, actor: Actor) -> None:
    """Note that `actor` saw a list: one event with a digest of the ids, none for an empty one."""
    if not cases:
        return
    ids = sha256_hex(canonical([str(case.id) for case in cases]))
    stream = f"org:{actor.organisation}"
    with acting(actor):
        note_reading(
            Event(
                verb="requests.listed",
                stream=stream,
                actor=actor,
                subjects=(Subject("requests", stream, ids),),
                organisations=(str(actor.organisation),),
                counts={"requests": len(cases)},
            )
        )
