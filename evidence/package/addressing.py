"""Whom a package may be sealed to: keys that the trust list, their party and the order all name.

So the operator of the broker cannot slip in a recipient. Source: docs/custody-format.md,
section 3.
"""

import hashlib
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from broker.basics.errors import Invalid
from broker.crypto import cms
from broker.crypto.keys import fingerprint
from evidence.package.order import Order, parse_order
from evidence.package.task import SignedOrder
from evidence.package.trust import Form, Trust, TrustKey, Use


def read_signed_order(signed: SignedOrder, trust: Trust) -> Order:
    """Read an order and demand the signature of an `order` key of the party that issued it.

    `trust` was opened with its roots. Raises Invalid.
    """
    order = parse_order(signed.document)
    try:
        parsed = cms.read_signature(signed.signature)
        cms.verify_digest(parsed, hashlib.sha256(signed.document).digest())
    except ValueError as fault:
        raise _unsigned(str(fault)) from fault
    if fault_of_signer := order_signer_fault(order, parsed.signer, trust):
        raise _unsigned(fault_of_signer)
    return order


def addressees(order: Order, trust: Trust, *, at: datetime) -> tuple[str, ...]:
    """Return the age recipients that the order names, in its order.

    Each must be a `receive` or `escrow` key of the trust list that stands at `at` (aware);
    that it is endorsed was shown when the list was opened. Raises Invalid.
    """
    return tuple(_addressee(named.recipient, trust, at) for named in order.recipients)


def order_signer_fault(order: Order, signer: x509.Certificate, trust: Trust) -> str:
    """Say why `signer` may not sign the order, or nothing: judged at the order's `issued`.

    The key may be listed as this certificate or as its bare public key; no path is asked.
    """
    party = trust.party(order.issued_by)
    keys = party.keys_for(Use.ORDER) if party else ()
    valid = [key for key in keys if _is(key, signer) and key.is_valid_at(order.issued)]
    if not valid:
        return f"The order is not signed by an order key of {order.issued_by[:80]}."
    if not all(key.stands_at(order.issued) for key in valid):
        return "The order was signed with a key that had been revoked."
    return ""


def _is(key: TrustKey, signer: x509.Certificate) -> bool:
    if key.form is Form.X509:
        return fingerprint(signer.public_bytes(Encoding.DER)) == key.sha256
    if key.form is Form.SPKI:
        spki = PublicFormat.SubjectPublicKeyInfo
        return fingerprint(signer.public_key().public_bytes(Encoding.DER, spki)) == key.sha256
    return False


def _addressee(recipient: str, trust: Trust, at: datetime) -> str:
    entries = trust.recipient(recipient)
    if not entries or not all(key.stands_at(at) for _, key in entries):
        raise Invalid(
            f"The recipient {recipient} may not be sealed to.",
            why="No party of the trust list has it as a key that is valid now.",
            remedy="Fetch the newest trust list; if it lacks the key, ask for a new order.",
        )
    return entries[0][1].value


def _unsigned(why: str) -> Invalid:
    return Invalid(
        "The order is not signed by who issued it.",
        why=why,
        remedy="Do not seal under it; ask the issuing unit.",
    )
