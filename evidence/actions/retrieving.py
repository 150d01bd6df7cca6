"""The office announces a retrieval and gets the container by ranges, without a second copy."""

import io
from collections.abc import Iterator

from broker.basics.actor import Actor
from broker.basics.clock import now
from broker.basics.errors import WrongState
from broker.crypto.canonical import canonical
from broker.flow import engine
from broker.flow.engine import Deed, Taken
from broker.ledger.append import Event, Subject, note_reading
from broker.ledger.proofs import event_opening, inclusion_proof
from broker.ledger.reading import last_seq
from broker.vault import store
from evidence.actions.due import refresh_due
from evidence.flow import REQUEST
from evidence.models import Package, Request
from evidence.package import layout
from evidence.package.container import Layout, join
from evidence.package.payload import PayloadFacts
from evidence.policy import may


def announce(package: Package, *, actor: Actor) -> Taken[Request]:
    """Write down that the office retrieves the package; its content may be fetched from then on.

    The first time, the proof of its receipt is made and kept. Raises Unavailable until the
    receipt is in the published log, WrongState while nothing is released.
    """
    at = now()
    _keep_proof(package)
    Package.objects.filter(id=package.id, retrieved_at=None).update(retrieved_at=at)
    deed = Deed(new={"package": str(package.id)}, at=at)
    taken = engine.take(
        REQUEST, "retrieve", package.request, actor=actor, may=may, deed=lambda _: deed
    )
    refresh_due(taken.case)
    return taken


def container_of(package: Package) -> Layout:
    """Return the container's layout, for ranges; raise WrongState before a retrieval is announced.

    Its tag names payload, header and every other entry: it never changes for a package.
    """
    if package.retrieved_at is None or package.received is None:
        raise WrongState(
            "No retrieval of this package was announced.",
            why="Every retrieval is written into the case before a byte goes out.",
            remedy=f"POST to /api/v1/packages/{package.id}/retrieval first.",
        )
    envelope = io.BytesIO(b"".join(store().read(package.envelope_key)))
    facts = PayloadFacts(package.payload_size, package.payload_sha256, package.payload_crc32)
    added = {layout.RECEIVED: bytes(package.received), layout.PROOF: package.proof.encode()}
    return join(envelope, facts, added=added)


def bytes_of(package: Package, container: Layout, *, start: int, stop: int) -> Iterator[bytes]:
    """Yield the container's bytes from `start` to before `stop`, the payload from the vault."""
    with store().open(package.payload_key) as payload:
        yield from container.read(payload, start, stop)


def note_served(package: Package, *, start: int, stop: int, actor: Actor) -> None:
    """Write down which bytes go out now: a reading, which waits for nobody."""
    request = package.request
    event = Event(
        verb="package.served",
        stream=request.stream,
        actor=actor,
        subjects=(Subject("package", str(package.id), package.payload_sha256),),
        new={"start": start, "stop": stop},
        organisations=tuple(request.parties),
    )
    note_reading(event, after=last_seq(request.stream))


def _keep_proof(package: Package) -> None:
    """Make ledger/received.json and its proof, once: neither is ever replaced."""
    if package.proof:
        return
    package.proof = inclusion_proof(package.received_event)
    package.received = canonical(event_opening(package.received_event))
    package.save(update_fields=["proof", "received"])
