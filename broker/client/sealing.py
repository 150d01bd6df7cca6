"""Seal a folder as the answer to a production request, for whom its signed order names.

The order's signature and every recipient are judged against the trust list first: the broker
cannot slip in a recipient.
"""

import base64
from collections.abc import Collection, Sequence
from pathlib import Path

from cryptography import x509

from broker.basics.clock import now
from broker.basics.errors import Invalid
from broker.basics.ids import uuid7
from broker.courier.message import Message
from broker.crypto.canonical import canonical
from broker.crypto.keys import load_pem
from evidence.package.addressing import addressees, read_signed_order
from evidence.package.sealing import Sealed, Sealer, SignedOrder, seal
from evidence.package.trust import Trust
from evidence.package.trust_files import read_signed_trust
from evidence.package.trust_signing import open_trust


def seal_answer(
    message: Message, source: Path, out: Path, *, trust: Trust, sealer: Sealer
) -> Sealed:
    """Seal the folder `source` into the folder `out` (made if need be) under a message's order.

    Raises Invalid for an order or recipients that the trust list does not bear out.
    """
    signed = signed_order_of(message)
    order = read_signed_order(signed, trust)
    recipients = addressees(order, trust, at=now())
    out.mkdir(parents=True, exist_ok=True)
    return seal(
        source,
        out,
        order=signed,
        package_id=str(uuid7()),
        recipients=recipients,
        sealer=sealer,
    )


def signed_order_of(message: Message) -> SignedOrder:
    """Return the order's bytes and its signature as the message carries them; raise Invalid."""
    order, signature = message.content.get("order"), message.content.get("signature")
    if not isinstance(order, dict) or not isinstance(signature, str):
        raise Invalid(
            "The message carries no order to seal under.",
            why=f"It is a {message.kind}.",
            remedy="Take the message that brought the production request.",
        )
    return SignedOrder(canonical(order), base64.b64decode(signature, validate=True))


def sealer_from(organisation: str, key: Path, certificates: Path) -> Sealer:
    """Read a seal key (PEM) and its certificate, the chain behind it in the same PEM file."""
    chain: Sequence[x509.Certificate] = x509.load_pem_x509_certificates(certificates.read_bytes())
    return Sealer(organisation, load_pem(key.read_bytes()), chain[0], chain[1:])


def trust_from(path: Path, roots: Collection[str]) -> Trust:
    """Read trust.json with the signatures beside it, under roots known from elsewhere."""
    return open_trust(read_signed_trust(path), roots=roots, at=now())
