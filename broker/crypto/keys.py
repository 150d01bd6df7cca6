"""Signing keys (Ed25519 and P-256), their public halves, and the X.509 certificates over them.

Which key may be used for what, and since when, is the business of parties and of trust.json.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeGuard

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from broker.basics.errors import Invalid

type Algorithm = Literal["ed25519", "p256"]
type PrivateHalf = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey
type PublicHalf = ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey

_ECDSA = ec.ECDSA(hashes.SHA256())


class SigningKey(Protocol):
    """What signs: a key in a file, or one that never leaves its card or module."""

    @property
    def algorithm(self) -> Algorithm: ...

    def sign(self, data: bytes) -> bytes:
        """Sign `data` itself, never a digest of it.

        Ed25519: the 64 bytes of RFC 8032. P-256: DER ECDSA-Sig-Value with SHA-256.
        """

    def spki(self) -> bytes:
        """Return the public half as DER SubjectPublicKeyInfo."""


@dataclass(frozen=True, slots=True)
class SoftwareKey:
    """A signing key in memory; `private` is the cryptography package's object."""

    algorithm: Algorithm
    private: PrivateHalf

    def sign(self, data: bytes) -> bytes:
        """Sign as SigningKey promises."""
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return self.private.sign(data)
        return self.private.sign(data, _ECDSA)

    def spki(self) -> bytes:
        """Return the public half as DER SubjectPublicKeyInfo."""
        return _spki(self.private.public_key())

    def public(self) -> "PublicKey":
        """Return the public half."""
        return PublicKey.from_spki(self.spki())

    def __repr__(self) -> str:
        return f"SoftwareKey({self.algorithm}, {fingerprint(self.spki())})"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The public half of a signing key; `half` is the object of the cryptography package."""

    algorithm: Algorithm
    spki: bytes
    half: PublicHalf

    @classmethod
    def from_spki(cls, der: bytes) -> "PublicKey":
        """Read DER SubjectPublicKeyInfo, an Ed25519 key or a P-256 key as uncompressed point.

        Raises Invalid for anything else, also for other encodings of the same key: a key has
        one fingerprint.
        """
        try:
            half = load_der_public_key(der)
        except Exception:
            raise _unreadable("public key", "DER SubjectPublicKeyInfo") from None
        if not _is_known(half):
            raise _foreign("public key")
        if _spki(half) != der:
            raise Invalid(
                "The public key is not in the one encoding that is accepted.",
                why="A second encoding would give the same key a second fingerprint.",
                remedy="Write it with: openssl pkey -pubout -outform DER",
            )
        return cls("p256" if isinstance(half, ec.EllipticCurvePublicKey) else "ed25519", der, half)

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of the SubjectPublicKeyInfo, hex; for API keys this is the keyid."""
        return fingerprint(self.spki)

    def verify(self, signature: bytes, data: bytes) -> bool:
        """Tell whether `signature`, encoded as SigningKey.sign does, is this key's over `data`."""
        try:
            if isinstance(self.half, ed25519.Ed25519PublicKey):
                self.half.verify(signature, data)
            else:
                self.half.verify(signature, data, _ECDSA)
        except InvalidSignature:
            return False
        return True


def generate(algorithm: Algorithm) -> SoftwareKey:
    """Make a new key. Raises ValueError for an algorithm other than ed25519 or p256."""
    if algorithm == "ed25519":
        return SoftwareKey("ed25519", ed25519.Ed25519PrivateKey.generate())
    if algorithm == "p256":
        return SoftwareKey("p256", ec.generate_private_key(ec.SECP256R1()))
    raise ValueError(f"There is no algorithm {algorithm!r}; choose ed25519 or p256.")


def load_pem(pem: bytes) -> SoftwareKey:
    """Read an unencrypted private key in PEM (PKCS#8 or the older EC form).

    Raises Invalid when it is unreadable, encrypted, or of another algorithm.
    """
    try:
        private = load_pem_private_key(pem, password=None)
    except Exception:
        raise _unreadable("private key", "unencrypted PEM (PKCS#8)") from None
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return SoftwareKey("ed25519", private)
    if isinstance(private, ec.EllipticCurvePrivateKey) and _is_known(private.public_key()):
        return SoftwareKey("p256", private)
    raise _foreign("private key")


def to_pem(key: SoftwareKey) -> bytes:
    """Write a key as unencrypted PKCS#8 PEM; keep the file readable by its owner alone."""
    return key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def fingerprint(der: bytes) -> str:
    """Return the SHA-256 of DER bytes (a public key or a certificate), 64 hex digits."""
    return hashlib.sha256(der).hexdigest()


def make_ca(
    common_name: str, *, valid_from: datetime, valid_to: datetime
) -> tuple[SoftwareKey, x509.Certificate]:
    """Make a P-256 authority: its key and its self-signed certificate (instants aware)."""
    key = generate("p256")
    name = _named(common_name)
    builder = _builder(name, name, _public_half(key), valid_from, valid_to)
    return key, _signed(builder, key, authority=True)


def issue_certificate(
    ca_key: SoftwareKey,
    ca_cert: x509.Certificate,
    public_key: PublicKey | PublicHalf | SigningKey,
    *,
    common_name: str,
    valid_from: datetime,
    valid_to: datetime,
) -> x509.Certificate:
    """Issue a certificate for signing documents: P-256, digitalSignature and nonRepudiation.

    Instants are aware; those outside the authority's own validity are not prevented here.
    """
    half = _public_half(public_key)
    builder = _builder(_named(common_name), ca_cert.subject, half, valid_from, valid_to)
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(_public_half(ca_key))
    builder = builder.add_extension(authority, critical=False)
    return _signed(builder, ca_key, authority=False)


def _named(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _builder(
    subject: x509.Name, issuer: x509.Name, half: PublicHalf, since: datetime, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(half)
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(half), critical=False)
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    ciphers = "key_encipherment data_encipherment key_agreement encipher_only decipher_only"
    never = dict.fromkeys(ciphers.split(), False)
    return x509.KeyUsage(True, not authority, key_cert_sign=authority, crl_sign=authority, **never)


def _signed(
    builder: x509.CertificateBuilder, key: SoftwareKey, *, authority: bool
) -> x509.Certificate:
    constraints = x509.BasicConstraints(ca=authority, path_length=0 if authority else None)
    builder = builder.add_extension(constraints, critical=True)
    builder = builder.add_extension(_usage(authority=authority), critical=True)
    return builder.sign(key.private, hashes.SHA256() if key.algorithm == "p256" else None)


def _public_half(key: PublicKey | PublicHalf | SigningKey) -> PublicHalf:
    if isinstance(key, PublicKey):
        return key.half
    if isinstance(key, ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey):
        return key
    return PublicKey.from_spki(key.spki()).half


def _spki(half: PublicHalf) -> bytes:
    return half.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _is_known(half: object) -> TypeGuard[PublicHalf]:
    if isinstance(half, ec.EllipticCurvePublicKey):
        return isinstance(half.curve, ec.SECP256R1)
    return isinstance(half, ed25519.Ed25519PublicKey)


def _unreadable(thing: str, form: str) -> Invalid:
    return Invalid(f"The {thing} cannot be read.", remedy=f"Give it as {form}.")


def _foreign(thing: str) -> Invalid:
    return Invalid(
        f"The {thing} is of a kind that is not accepted.",
        why="Only Ed25519 and ECDSA P-256 are.",
        remedy="Make a key of one of these kinds.",
    )
