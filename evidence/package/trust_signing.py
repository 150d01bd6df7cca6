"""The signatures of a trust list: two roots over the whole, each unit's order key over its keys.

Source: docs/custody-format.md, section 3.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from broker.basics.errors import Expired, Invalid, Refusal
from broker.crypto import cms
from broker.crypto.keys import PublicKey, SigningKey, fingerprint
from evidence.package.trust import ENDORSED_USES, Endorsement, Form, Party, Trust, TrustKey, Use
from evidence.package.trust_reader import parse_trust

ROOTS_NEEDED = 2
ROOTS_NEEDED_IN_DEMO = 1


@dataclass(frozen=True, slots=True)
class SignedTrust:
    """trust.json as it was found: its bytes, and the signatures that lay beside it (DER)."""

    data: bytes
    signatures: tuple[bytes, ...]

    @property
    def sha256(self) -> str:
        """The digest of trust.json, 64 hex digits."""
        return hashlib.sha256(self.data).hexdigest()


def sign_trust(
    data: bytes, *, key: SigningKey, certificate: x509.Certificate, at: datetime
) -> bytes:
    """Return one root's signature over trust.json (DER, for `trust.json.01.p7s` or `.02.p7s`)."""
    return cms.sign_plain(hashlib.sha256(data).digest(), key=key, certificate=certificate, at=at)


def endorse(key: TrustKey, *, party: str, order_key: SigningKey, order: TrustKey) -> TrustKey:
    """Return the `receive` or `escrow` key with the party's order key vouching for it.

    `order` is the trust entry of `order_key` (P-256). Raises Invalid for a key of another use.
    """
    if key.use not in ENDORSED_USES:
        raise Invalid(f"A key for the use {key.use} is not endorsed.")
    signature = order_key.sign(key.endorsement_message(party=party))
    return replace(key, endorsed=Endorsement(order.sha256, signature))


def root_signers(signed: SignedTrust, *, roots: Collection[str]) -> tuple[set[str], list[str]]:
    """Return the roots that signed, by digest of their public key, and why others do not count.

    `roots` are SHA-256 fingerprints of root certificates (hex), exchanged outside the broker.
    """
    digest = hashlib.sha256(signed.data).digest()
    signers, faults = set(), []
    for number, signature in enumerate(signed.signatures, start=1):
        try:
            signers.add(_root_signer(signature, digest, roots=roots))
        except (ValueError, UnsupportedAlgorithm) as fault:
            faults.append(f"Signature {number:02} does not count: {fault}")
    return signers, faults


def trust_faults(
    signed: SignedTrust, trust: Trust, *, roots: Collection[str], at: datetime
) -> list[str]:
    """Say why the trust list may not be rested on at `at`; an empty list when it may."""
    faults = []
    signers, rejected = root_signers(signed, roots=roots)
    needed = ROOTS_NEEDED_IN_DEMO if trust.demo else ROOTS_NEEDED
    if len(signers) < needed:
        faults.append(f"{len(signers)} of the given roots signed it; {needed} must.")
        faults += rejected
    if at > trust.expires:
        faults.append(f"It expired at {trust.expires.isoformat()}.")
    return faults + list(endorsement_faults(trust))


def open_trust(signed: SignedTrust, *, roots: Collection[str], at: datetime) -> Trust:
    """Read a trust list and demand that it holds at `at`; for who seals or sends.

    Raises Invalid, TooLarge or Expired.
    """
    trust = parse_trust(signed.data)
    if faults := trust_faults(signed, trust, roots=roots, at=at):
        kind: type[Refusal] = Expired if at > trust.expires else Invalid
        raise kind("The trust list may not be rested on.", why=" ".join(faults))
    return trust


def endorsement_faults(trust: Trust) -> Iterator[str]:
    """Yield a sentence for each `receive` or `escrow` key that its party does not vouch for."""
    for party in trust.parties:
        for key in party.keys_for(*ENDORSED_USES):
            if not _is_endorsed(key, party):
                yield f"The {key.use} key {key.sha256[:16]} of {party.id} is not endorsed by it."


def public_keys_of(keys: Iterable[TrustKey], *, sha256: str) -> Iterator[tuple[TrustKey, bytes]]:
    """Yield each x509 or spki key named `sha256` with its DER SubjectPublicKeyInfo."""
    for key in keys:
        if key.form in (Form.X509, Form.SPKI) and key.sha256 == sha256:
            yield key, spki_of(key)


def spki_of(key: TrustKey) -> bytes:
    """Return the DER SubjectPublicKeyInfo of an x509 or spki key."""
    if key.form is Form.SPKI:
        return key.raw
    return _spki(x509.load_der_x509_certificate(key.raw))


def _root_signer(signature: bytes, digest: bytes, *, roots: Collection[str]) -> str:
    parsed = cms.read_plain_signature(signature)
    if parsed.signer_sha256 not in roots:
        raise ValueError(f"its signer {parsed.signer_sha256} is none of the given roots.")
    cms.verify_digest(parsed, digest)
    return fingerprint(_spki(parsed.signer))


def _is_endorsed(key: TrustKey, party: Party) -> bool:
    if key.endorsed is None:
        return False
    message = key.endorsement_message(party=party.id)
    named = public_keys_of(party.keys_for(Use.ORDER), sha256=key.endorsed.key_sha256)
    valid = [(order, spki) for order, spki in named if order.is_valid_at(key.valid_from)]
    return bool(valid) and all(
        order.stands_at(key.valid_from) and _verifies(spki, key.endorsed.signature, message)
        for order, spki in valid
    )


def _verifies(spki: bytes, signature: bytes, message: bytes) -> bool:
    try:
        public = PublicKey.from_spki(spki)
    except (Refusal, UnsupportedAlgorithm):
        return False
    return public.algorithm == "p256" and public.verify(signature, message)


def _spki(certificate: x509.Certificate) -> bytes:
    key = certificate.public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
