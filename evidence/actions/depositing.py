"""Receive a package: judged, kept, written into two streams and linked to its case in one act."""

from dataclasses import dataclass
from uuid import UUID

from broker.basics.actor import Actor
from broker.basics.clock import now
from broker.basics.errors import Conflict, NotFound
from broker.flow import engine
from broker.flow.engine import Deed, Taken
from broker.ledger.append import Appended, Event, Subject, append
from broker.vault import store
from evidence.actions import intake, uploading
from evidence.actions.intake import Envelope
from evidence.actions.releasing import release_if_any
from evidence.flow import REQUEST, State
from evidence.models import Package, Request, Upload
from evidence.policy import may

RECEIVED, LINKED = "package.received", "package.linked"


@dataclass(frozen=True, slots=True)
class Deposited:
    """The package, the case, and the event that proves when the broker had it."""

    package: Package
    taken: Taken[Request]
    received: Appended


def deposit(request: Request, envelope: bytes, *, actor: Actor) -> Deposited:
    """Receive the package whose payload was uploaded and whose other entries are `envelope`.

    Where an enforcing authority is notified and not done, the package is withheld: the case
    stays where it is, and the issuing side can learn of it nowhere. Otherwise it is released in
    the same act. Raises what `intake` refuses, NotFound without the upload, WrongState when it
    is truncated or the case takes no package.
    """
    may(actor, REQUEST.step("receive_package", State(request.state)), request).require()
    opened = intake.open_it(envelope)
    intake.judge(opened, request)
    engine.locked_case(request)  # before its upload, as a withdrawal does
    upload = _upload_of(request, opened)
    received = _received_event(request, opened, actor)
    package = _package(request, opened, upload, received)
    taken = _take(request, package, actor)
    Upload.objects.filter(id=upload.id).update(package=package)
    appended, _ = append(received, _linked_event(taken.case, package, actor))
    if not taken.case.withholds:
        taken = release_if_any(taken.case, at=package.received_at) or taken
    return Deposited(package, taken, appended)


def _upload_of(request: Request, opened: Envelope) -> Upload:
    """Return the complete upload of the payload that the statement names, locked."""
    statement = opened.statement
    upload = (
        Upload.objects.select_for_update(of=("self",))
        .filter(request=request, sha256=statement.payload_sha256, expires_at__gt=now())
        .order_by("finished_at", "-created_at")
        .first()
    )
    if upload is None or upload.size != statement.payload_size:
        raise NotFound(
            "The payload of this package is not here.",
            why="No upload for this request has the digest and size that its statement names.",
            remedy="Upload payload.bin first, then hand in its envelope.",
        )
    if upload.package_id is not None:
        raise Conflict(
            "This payload is part of another package.",
            why="A payload is sealed once and belongs to one package.",
        )
    facts = uploading.settle(upload)
    if facts.sha256 != upload.sha256:
        raise uploading.other_payload(upload, facts)
    if upload.crc32 is None:
        uploading.record(upload, facts)
    return upload


def _package(request: Request, opened: Envelope, upload: Upload, received: Event) -> Package:
    statement = opened.statement
    assert upload.crc32 is not None
    return Package(
        id=UUID(statement.package_id),
        request=request,
        statement_sha256=opened.statement_sha256,
        header_sha256=statement.header_sha256,
        payload_sha256=statement.payload_sha256,
        payload_size=statement.payload_size,
        payload_crc32=upload.crc32,
        payload_key=upload.name,
        envelope_key=_kept(opened, received),
        sealed_at=statement.created,
        received_at=now(),
        received_event=received.id,
    )


def _kept(opened: Envelope, received: Event) -> str:
    """Keep the envelope's bytes; the key is of this act, so a repeat never meets it."""
    key = f"envelopes/{opened.statement.package_id}.{received.id}"
    store().store(key, [opened.data])
    return key


def _take(request: Request, package: Package, actor: Actor) -> Taken[Request]:
    facts = {"package": str(package.id), "statement_sha256": package.statement_sha256}
    deed = Deed(new=facts, rows=[package], at=package.received_at)
    verb = _verb(request)
    return engine.take(REQUEST, verb, request, actor=actor, may=may, deed=lambda _: deed)


def _verb(request: Request) -> str:
    return "deposit" if engine.locked_case(request).withholds else "receive_package"


def _received_event(request: Request, opened: Envelope, actor: Actor) -> Event:
    """Return the event with exactly the body that a verifier opens (custody, section 1)."""
    statement = opened.statement
    return Event(
        verb=RECEIVED,
        stream=f"org:{request.office.party_id}",
        actor=actor,
        organisations=(request.office.party_id,),
        facts={
            "package_id": statement.package_id,
            "statement_sha256": opened.statement_sha256,
            "payload": {"sha256": statement.payload_sha256, "size": statement.payload_size},
        },
    )


def _linked_event(request: Request, package: Package, actor: Actor) -> Event:
    return Event(
        verb=LINKED,
        stream=request.stream,
        actor=actor,
        subjects=(Subject("package", str(package.id), package.payload_sha256),),
        new={"received_event": str(package.received_event)},
        organisations=tuple(request.parties),
    )
