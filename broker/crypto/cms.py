"""Detached CMS signatures, CAdES baseline B: ECDSA P-256 with SHA-256, DER, one signer.

Whether the signer may sign, and the path to an authority, are judged by who calls.
Reading is `cms_reader`'s part. Source: docs/custody-format.md, section 1, "Signatures";
RFC 5652; ETSI EN 319 122-1.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from broker.crypto.cms_reader import (
    AlgorithmError,
    CmsError,
    ParsedSignature,
    SignatureError,
    check_algorithms,
    read_plain_signature,
    read_signature,
    verify_digest,
)
from broker.crypto.keys import SigningKey

__all__ = [
    "AlgorithmError",
    "CmsError",
    "ParsedSignature",
    "SignatureError",
    "check_algorithms",
    "read_plain_signature",
    "read_signature",
    "sign_detached",
    "sign_plain",
    "verify_digest",
]

# RFC 5652, section 11.3: UTCTime up to the end of 2049, GeneralizedTime from then on.
_LAST_UTC_YEAR = 2049


def sign_detached(
    digest: bytes,
    *,
    key: SigningKey,
    certificate: x509.Certificate,
    chain: Sequence[x509.Certificate],
    at: datetime,
) -> bytes:
    """Return a CAdES-B signature (DER) over content whose SHA-256 is `digest`.

    `certificate` is over `key` (P-256); `chain` follows it, the anchor may be left out; `at`
    is the claimed signing time (aware). Raises ValueError for a key of another kind, or one
    that the certificate is not over.
    """
    attributes = [*_plain_attributes(digest, at), _signing_certificate(certificate)]
    return _signed_data(attributes, key, certificate, chain)


def sign_plain(
    digest: bytes, *, key: SigningKey, certificate: x509.Certificate, at: datetime
) -> bytes:
    """Return a signature as trust lists carry it: without the signing-certificate attribute.

    The same as `sign_detached` otherwise. Source: docs/custody-format.md, section 3.
    """
    return _signed_data(_plain_attributes(digest, at), key, certificate, ())


def _signed_data(
    attributes: list[cms.CMSAttribute],
    key: SigningKey,
    certificate: x509.Certificate,
    chain: Sequence[x509.Certificate],
) -> bytes:
    _demand_match(key, certificate)
    signed = cms.CMSAttributes(attributes)
    sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": _signer_name(certificate),
            "digest_algorithm": sha256,
            "signed_attrs": signed,
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            # The SET OF itself is signed, not the implicitly tagged field (RFC 5652, 5.4).
            "signature": key.sign(signed.dump()),
        }
    )
    content = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [sha256],
            "encap_content_info": {"content_type": "data"},
            "certificates": [_asn1(one) for one in (certificate, *chain)],
            "signer_infos": [signer],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": content}).dump())


def _plain_attributes(digest: bytes, at: datetime) -> list[cms.CMSAttribute]:
    moment = at.astimezone(UTC).replace(microsecond=0)
    form = "utc_time" if moment.year <= _LAST_UTC_YEAR else "generalized_time"
    return [
        cms.CMSAttribute({"type": "content_type", "values": ["data"]}),
        cms.CMSAttribute({"type": "message_digest", "values": [core.OctetString(digest)]}),
        cms.CMSAttribute({"type": "signing_time", "values": [cms.Time({form: moment})]}),
    ]


def _signing_certificate(certificate: x509.Certificate) -> cms.CMSAttribute:
    named = tsp.ESSCertIDv2({"cert_hash": certificate.fingerprint(hashes.SHA256())})
    value = tsp.SigningCertificateV2({"certs": [named]})
    return cms.CMSAttribute({"type": "signing_certificate_v2", "values": [value]})


def _signer_name(certificate: x509.Certificate) -> cms.SignerIdentifier:
    found = _asn1(certificate)
    name = cms.IssuerAndSerialNumber(
        {"issuer": found.issuer, "serial_number": certificate.serial_number}
    )
    return cms.SignerIdentifier({"issuer_and_serial_number": name})


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    found: asn1_x509.Certificate = asn1_x509.Certificate.load(
        certificate.public_bytes(Encoding.DER)
    )
    return found


def _demand_match(key: SigningKey, certificate: x509.Certificate) -> None:
    if key.algorithm != "p256":
        raise ValueError("Documents are signed with a P-256 key, not with an Ed25519 one.")
    spki = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if spki != key.spki():
        raise ValueError("The certificate is not over the key that signs.")
