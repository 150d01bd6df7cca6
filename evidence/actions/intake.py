"""Judge an envelope against the upload and the order it claims to answer, without any key.

The strict rules of the container are the package room's; here is what the broker must know
before it says that it received a package. Source: docs/custody-format.md, section 1.
"""

import hashlib
import io
from dataclasses import dataclass

from broker.basics.clock import now
from broker.basics.errors import Conflict, DigestMismatch, Invalid, NotAllowed, Unavailable
from broker.crypto import cms
from broker.crypto.age_header import AgeError, parse_header
from broker.crypto.canonical import sha256_hex
from broker.crypto.certificate_path import PathError, find_path
from broker.crypto.cms import CmsError, ParsedSignature
from broker.parties.directory import valid_keys
from broker.parties.models import KeyForm, KeyUse
from evidence.actions.trust import seal_authorities
from evidence.models import Package, Request
from evidence.package import layout
from evidence.package.container_reader import Container, open_envelope
from evidence.package.manifest import manifest_text
from evidence.package.order import parse_order
from evidence.package.statement import Statement, parse_statement
from evidence.package.trust_reader import read_authority

KINDS = frozenset({"X25519", "mlkem768x25519"})


@dataclass(frozen=True, slots=True)
class Envelope:
    """An envelope whose structure is sound: its bytes and what it says of itself."""

    data: bytes
    container: Container
    statement: Statement
    statement_sha256: str


def open_it(data: bytes) -> Envelope:
    """Read an envelope by the container's strict rules; raise Invalid or TooLarge."""
    container = open_envelope(io.BytesIO(data))
    if container.hand_overs():
        raise Invalid(
            "The envelope holds a hand-over.",
            why="A package comes in as it was sealed; it is handed over later.",
            remedy="Send the envelope.zip that the client wrote when it sealed.",
        )
    document = container.read(layout.STATEMENT)
    return Envelope(data, container, parse_statement(document), sha256_hex(document))


def judge(envelope: Envelope, request: Request) -> None:
    """Demand that the envelope is a package of the request's platform for the request's order.

    Whether its payload is here is the upload's question. Raises Invalid, DigestMismatch,
    NotAllowed or Conflict, naming what does not hold.
    """
    _demand_new(envelope.statement)
    _demand_carried(envelope.statement)
    _demand_addressed(envelope.statement, request)
    _demand_header(envelope)
    parsed = _demand_signature(envelope)
    _demand_sealer(envelope.statement, parsed, request)
    _demand_path(parsed)


def _demand_new(statement: Statement) -> None:
    if Package.objects.filter(id=statement.package_id).exists():
        raise Conflict(
            "A package with this id was received before.",
            why="One package id is never used twice.",
            remedy="Seal the data anew; the client draws a fresh id.",
        )


def _demand_carried(statement: Statement) -> None:
    if statement.derived or statement.stamps:
        what = "a derived package" if statement.derived else "a package with time stamps"
        raise Invalid(
            f"This broker does not take {what} yet.",
            why="Nobody could verify it with this version.",
            remedy="Seal the whole package without asking a time-stamp authority.",
        )


def _demand_addressed(statement: Statement, request: Request) -> None:
    """Refuse a package for another case: the order names for whom this one is sealed."""
    assert request.order is not None
    named = {one.recipient for one in parse_order(bytes(request.order)).recipients}
    if set(statement.recipients) != named:
        raise Invalid(
            "The package is for another case.",
            why="Its recipients are not those that the order of this request names.",
            remedy="Seal it under this request's order, for exactly the recipients named there.",
            fields={"recipients": sorted(named)},
        )


def _demand_header(envelope: Envelope) -> None:
    statement, raw = envelope.statement, envelope.container.read(layout.HEADER)
    if sha256_hex(raw) != statement.header_sha256:
        raise _differs("access/01.age-header", "its statement")
    try:
        stanzas = parse_header(raw).stanzas
    except AgeError as fault:
        raise Invalid("The package's header cannot be read.", why=str(fault)) from None
    kinds = {stanza.kind for stanza in stanzas}
    if len(kinds) != 1 or not kinds <= KINDS or len(stanzas) != len(statement.recipients):
        raise Invalid(
            "The package's header is not for its recipients.",
            why=f"It has {len(stanzas)} stanzas for {len(statement.recipients)} recipients.",
            remedy="Seal it with the client.",
        )


def _demand_signature(envelope: Envelope) -> ParsedSignature:
    statement, container = envelope.statement, envelope.container
    manifest = container.read(layout.MANIFEST)
    wanted = manifest_text(
        statement=bytes.fromhex(envelope.statement_sha256),
        header=bytes.fromhex(statement.header_sha256),
        payload=bytes.fromhex(statement.payload_sha256),
    )
    if manifest != wanted:
        raise _differs(layout.MANIFEST, "the digests of what it lists")
    try:
        parsed = cms.read_signature(container.read(layout.SIGNATURE))
        cms.verify_digest(parsed, hashlib.sha256(manifest).digest())
    except CmsError as fault:
        raise Invalid(
            "The package's outer signature does not hold.",
            why=str(fault),
            remedy="Seal it with the client and the key registered for your organisation.",
        ) from None
    return parsed


def _demand_sealer(statement: Statement, parsed: ParsedSignature, request: Request) -> None:
    registered = valid_keys(request.platform, KeyUse.SEAL).filter(
        form=KeyForm.X509, sha256=statement.cert_sha256
    )
    is_named = parsed.signer_sha256 == statement.cert_sha256
    if statement.organisation != request.platform.party_id or not is_named:
        raise NotAllowed(
            "The package was not sealed by the platform that was asked.",
            why="Its statement names another organisation, or another certificate signed it.",
            remedy="Seal it as the organisation that the order is addressed to.",
        )
    if not registered.exists():
        raise NotAllowed(
            "The package was sealed with a key that does not count.",
            why="The certificate is no seal key of your organisation that is valid now.",
            remedy="Register the key with the operator, or seal with the registered one.",
        )


def _demand_path(parsed: ParsedSignature) -> None:
    anchors = [read_authority(pem) for pem in seal_authorities()]
    if not anchors:
        raise Unavailable(
            "The broker knows no authority for seals yet.",
            why="Without one nobody could verify the package.",
            remedy="The operator installs the certificates of the authorities.",
        )
    try:
        find_path(parsed.signer, others=parsed.certificates, anchors=anchors, at=now())
    except PathError as fault:
        raise NotAllowed(
            "The sealing certificate leads to no authority that this broker trusts.",
            why=str(fault),
            remedy="Send the chain inside the signature, or use a certificate of such a one.",
        ) from None


def _differs(entry: str, from_what: str) -> DigestMismatch:
    return DigestMismatch(
        f"{entry} is not the one that was sealed.",
        why=f"It differs from {from_what}.",
        remedy="Send the envelope.zip that the client wrote when it sealed.",
    )
