"""The key with which an authority signs its orders, held by the broker and marked so."""

import base64
import hashlib
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from broker.basics.errors import WrongState
from broker.crypto import cms
from broker.crypto.keys import SigningKey, SoftwareKey, fingerprint, issue_certificate
from broker.parties.directory import valid_keys
from broker.parties.models import KeyForm, KeyHolder, KeyUse, Organisation, PartyKey
from broker.seals.keyring import signing_key


def sign_document(organisation: Organisation, document: bytes, *, at: datetime) -> bytes:
    """Return the organisation's detached signature over `document` (CAdES-B, DER).

    Raises WrongState when it has no certificate over its order key that is valid now.
    """
    key = order_key(organisation)
    digest = hashlib.sha256(document).digest()
    certificate = _certificate(organisation, key)
    return cms.sign_detached(digest, key=key, certificate=certificate, chain=(), at=at)


def order_key(organisation: Organisation) -> SigningKey:
    """Return the order key that the broker holds for the organisation, made on first use."""
    return signing_key(f"order-{organisation.party_id}", "p256")


def certify(
    organisation: Organisation,
    *,
    by: tuple[SoftwareKey, x509.Certificate],
    valid_from: datetime,
    valid_to: datetime,
) -> PartyKey:
    """Return the unsaved entry of the organisation's order key, certified by an authority."""
    certificate = issue_certificate(
        *by,
        order_key(organisation),
        common_name=organisation.slug,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    der = certificate.public_bytes(Encoding.DER)
    return PartyKey(
        organisation=organisation,
        use=KeyUse.ORDER,
        form=KeyForm.X509,
        value=base64.b64encode(der).decode("ascii"),
        sha256=fingerprint(der),
        valid_from=valid_from,
        valid_to=valid_to,
        held=KeyHolder.SERVER,
    )


def _certificate(organisation: Organisation, key: SigningKey) -> x509.Certificate:
    for entry in valid_keys(organisation, KeyUse.ORDER).filter(form=KeyForm.X509):
        certificate = x509.load_der_x509_certificate(base64.b64decode(entry.value))
        if _spki(certificate) == key.spki():
            return certificate
    raise WrongState(
        f"{organisation.name} cannot sign an order yet.",
        why="No certificate over its order key is registered and valid now.",
        remedy="The operator registers one for this organisation.",
    )


def _spki(certificate: x509.Certificate) -> bytes:
    half = certificate.public_key()
    return half.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
