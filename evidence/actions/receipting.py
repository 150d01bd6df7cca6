"""The receiving office signs that it has the package, and that it has opened it."""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from broker.basics.actor import Actor
from broker.basics.clock import now
from broker.basics.errors import Conflict, Invalid, NotAllowed
from broker.crypto.keys import PublicKey
from broker.flow import engine
from broker.flow.engine import Deed, Taken
from broker.parties.directory import valid_keys
from broker.parties.models import KeyForm, KeyUse, Organisation, PartyKey
from evidence.actions import notices
from evidence.flow import REQUEST
from evidence.models import Package, Receipt, ReceiptKind, Request
from evidence.package.receipt import receipt_document
from evidence.policy import may

# A receiver's clock may be so far off the broker's.
_SLACK = timedelta(minutes=5)
# Keys that only the receiver holds; an order key may be held by the broker.
_SIGNS = (KeyUse.MESSAGE, KeyUse.APPROVE)


@dataclass(frozen=True, slots=True)
class Signed:
    """A receipt as a receiver signs it: `signature` over custody-receipt/1, by `key_sha256`."""

    kind: str
    at: datetime
    signature: bytes
    key_sha256: str
    opened: str = ""


def sign_for(package: Package, signed: Signed, *, actor: Actor) -> tuple[Receipt, Taken[Request]]:
    """Take the receiver's signed receipt: that it has the package, or has opened it.

    Raises Invalid for a receipt that does not hold, NotAllowed for a key that is not the
    office's own, Conflict for a second one of a kind.
    """
    receipt = _receipt(package, signed, actor)

    def deed(locked: Request) -> Deed:
        told = notices.told(locked.platform, locked, "receipt", _shown(receipt))
        return Deed(new=_shown(receipt), rows=[receipt, *told])

    case = package.request
    taken = engine.take(REQUEST, "acknowledge", case, actor=actor, may=may, deed=deed)
    return receipt, taken


def _receipt(package: Package, signed: Signed, actor: Actor) -> Receipt:
    office = package.request.office
    _demand_sound(package, signed)
    document = receipt_document(
        package_id=str(package.id),
        statement_sha256=package.statement_sha256,
        kind=signed.kind,
        opened=signed.opened,
        at=signed.at,
    )
    _demand_signature(office, signed, document)
    return Receipt(
        package=package,
        organisation=office,
        kind=signed.kind,
        commitment=signed.opened,
        document=document,
        signature=signed.signature,
        key_sha256=signed.key_sha256,
        by=actor.service_number,
    )


def _demand_signature(office: Organisation, signed: Signed, document: bytes) -> None:
    key = valid_keys(office, *_SIGNS).filter(sha256=signed.key_sha256).first()
    if key is None:
        raise NotAllowed(
            "The receipt is signed by a key that does not count.",
            why="It is no message or approve key of the receiving office that is valid now.",
            remedy="Sign with a key that is registered for the office.",
        )
    if not _public(key).verify(signed.signature, document):
        raise Invalid(
            "The receipt's signature does not hold.",
            why="It is not over this package's receipt by that key.",
            remedy="Sign the canonical bytes of custody-receipt/1 for this package.",
        )


def _demand_sound(package: Package, signed: Signed) -> None:
    if (signed.kind == ReceiptKind.OPENED) != bool(signed.opened):
        raise Invalid(
            "The receipt's commitment is missing, or stands where it must not.",
            why="Who has opened the package shows it by C(opened, inner_salt, package_id); "
            "who has only retrieved it cannot know it.",
            remedy="Let the client write the receipt.",
            fields={"opened": ["64 hex digits for the kind opened, none for retrieved."]},
        )
    if package.retrieved_at is None or not now() - signed.at > -_SLACK:
        raise Invalid(
            "The receipt is for a retrieval that has not taken place.",
            remedy="Retrieve the package, then sign for it.",
        )
    if Receipt.objects.filter(package=package, kind=signed.kind).exists():
        raise Conflict("The office has signed for this already.", remedy="Nothing is left to do.")


def _public(key: PartyKey) -> PublicKey:
    der = base64.b64decode(key.value)
    if key.form == KeyForm.X509:
        half = x509.load_der_x509_certificate(der).public_key()
        der = half.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    try:
        return PublicKey.from_spki(der)
    except UnsupportedAlgorithm:
        raise Invalid("A key of this kind cannot sign a receipt.") from None


def _shown(receipt: Receipt) -> dict[str, Any]:
    return {
        "package": str(receipt.package_id),
        "kind": receipt.kind,
        "commitment": receipt.commitment or None,
        "document": base64.b64encode(receipt.document).decode("ascii"),
        "signature": base64.b64encode(receipt.signature).decode("ascii"),
        "key_sha256": receipt.key_sha256,
    }
