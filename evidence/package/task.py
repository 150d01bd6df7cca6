"""What one sealing is given, and what it leaves behind."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from broker.basics import clock
from broker.basics.errors import Invalid
from broker.crypto import age, cms
from broker.crypto.keys import SigningKey
from evidence.package.opening import Opening, new_opening
from evidence.package.order import Order, parse_order
from evidence.package.statement import Statement


@dataclass(frozen=True, slots=True)
class SignedOrder:
    """The order as it came: order.json's bytes and the signature over them (DER)."""

    document: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Sealer:
    """Who seals: a party's id, its `seal` key, and the certificate with its chain."""

    organisation: str
    key: SigningKey
    certificate: x509.Certificate
    chain: Sequence[x509.Certificate] = ()

    def sign(self, data: bytes, *, at: datetime) -> bytes:
        """Return a detached CAdES-B signature over `data`."""
        digest = hashlib.sha256(data).digest()
        return cms.sign_detached(
            digest, key=self.key, certificate=self.certificate, chain=self.chain, at=at
        )

    @property
    def cert_sha256(self) -> str:
        """SHA-256 of the DER certificate, 64 hex digits."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()


@dataclass(frozen=True, slots=True)
class Sealed:
    """What sealing left: the statement (payload's digest and size in it), and what is packed.

    `files` were packed, `octets` bytes in all; `renamed` of them under another name; the
    paths in `not_packed` (empty folders, links, devices) were not.
    """

    statement: Statement
    statement_sha256: str
    files: int
    octets: int
    renamed: int
    not_packed: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """All that one sealing needs to know before it begins."""

    source: Path
    signed: SignedOrder
    order: Order
    opening: Opening
    recipients: tuple[str, ...]
    sealer: Sealer
    created: datetime

    @property
    def package_id(self) -> str:
        """The package's id, a lower-case UUID."""
        return self.opening.package_id

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """The recipients' fingerprints, sorted as the statement lists them."""
        return tuple(sorted(map(age.recipient_fingerprint, self.recipients)))


def prepare(
    source: Path,
    signed: SignedOrder,
    package_id: str,
    recipients: Sequence[str],
    sealer: Sealer,
) -> Task:
    """Check all that can be checked before a byte is read; raise Invalid."""
    order = parse_order(signed.document)
    _demand_id(package_id)
    _demand_recipients(recipients)
    opening = new_opening(package_id=package_id, case_id=order.case_id)
    task = Task(source, signed, order, opening, tuple(recipients), sealer, clock.now())
    order.demand_named(task.fingerprints)
    _demand_able(sealer, at=task.created)
    if not source.is_dir():
        raise Invalid(f"There is no folder {str(source)!r} to seal.")
    return task


def _demand_id(package_id: str) -> None:
    try:
        known = str(UUID(package_id)) == package_id
    except ValueError:
        known = False
    if not known:
        raise Invalid("The package's id is not a lower-case UUID.")


def _demand_recipients(recipients: Sequence[str]) -> None:
    if len(set(recipients)) != len(recipients) or len(recipients) < 2:
        raise Invalid(
            "A package needs at least two recipients, each named once.",
            why="One is the office's or officer's key, one the same party's escrow key.",
            remedy="Take both from the trust list.",
        )
    try:
        kinds = {age.parse_recipient(text).kind for text in recipients}
    except age.KeyTextError as fault:
        raise Invalid(f"A recipient cannot be used. {fault}") from fault
    if len(kinds) != 1:
        raise Invalid(
            "The recipients' keys are of two kinds.",
            why="The package would be only as safe as the weaker kind.",
            remedy="Take keys of one kind from the trust list.",
        )


def _demand_able(sealer: Sealer, *, at: datetime) -> None:
    """Refuse now what would spoil the sealing at its end."""
    if not sealer.organisation.isprintable() or not sealer.organisation:
        raise Invalid("The sealing party's id is empty or not printable.")
    since, until = sealer.certificate.not_valid_before_utc, sealer.certificate.not_valid_after_utc
    if not since <= at <= until:
        raise Invalid(
            "The seal certificate is not valid now.",
            why=f"It is valid from {clock.iso(since)} to {clock.iso(until)}.",
            remedy="Seal with a certificate that is valid.",
        )
    try:
        sealer.sign(b"", at=at)
    except ValueError as fault:
        raise Invalid(f"The seal key cannot sign. {fault}") from fault
