"""Write down that a page was read: the one thing a GET of a case writes."""

from collections.abc import Sequence
from typing import Any

from broker.access.acting import acting
from broker.basics.actor import Actor
from broker.crypto.canonical import canonical, sha256_hex
from broker.flow.case import Case
from broker.flow.table import Flow
from broker.ledger.append import Event, InstrumentRef, Subject, note_reading
from broker.ledger.reading import last_seq


def note_case_read(flow: Flow[Any], case: Case, *, actor: Actor) -> None:
    """Note that `actor` read the case, in an act of its own that waits for nobody."""
    with acting(actor):
        note_reading(
            Event(
                verb=f"{flow.noun}.read",
                stream=case.stream,
                actor=actor,
                subjects=(Subject(flow.noun, str(case.id)),),
                instrument=InstrumentRef(case.instrument_id, case.instrument_sha256),
                organisations=tuple(case.parties),
            ),
            after=last_seq(case.stream),
        )


def note_list_read(flow: Flow[Any], cases: Sequence[Case], *, actor: Actor) -> None:
    """Note that `actor` saw a list: one event with a digest of the ids, none for an empty one."""
    if not cases:
        return
    many = f"{flow.noun}s"
    ids = sha256_hex(canonical([str(case.id) for case in cases]))
    stream = f"org:{actor.organisation}"
    with acting(actor):
        note_reading(
            Event(
                verb=f"{many}.listed",
                stream=stream,
                actor=actor,
                subjects=(Subject(many, stream, ids),),
                organisations=(str(actor.organisation),),
                counts={many: len(cases)},
            )
        )
