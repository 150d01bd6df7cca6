"""Reading a detached CMS signature strictly, and checking the digest it stands for.

What it does not judge: who the signer is, the path to an authority, stamps, revocation.
Source: docs/custody-format.md, section 1, "Signatures".
"""

import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from broker.crypto import der

_PLAIN = frozenset({"content_type", "message_digest", "signing_time"})
_CADES = _PLAIN | {"signing_certificate_v2"}
_SHA256 = "sha256"
_ECDSA_SHA256 = "sha256_ecdsa"
_NULL = b"\x05\x00"
_CERTIFICATES_TAG = 0xA0
_OPTIONAL_1_TAG = 0xA1  # crls in SignedData, unsigned attributes in SignerInfo


class CmsError(ValueError):
    """The signature is not of the one form that is accepted."""


class SignatureError(CmsError):
    """The signature is well formed but not over these bytes by this signer."""


class AlgorithmError(CmsError):
    """The signature uses an algorithm other than ECDSA P-256 with SHA-256."""


@dataclass(frozen=True, slots=True)
class ParsedSignature:
    """A signature taken apart. Nothing in it is proven before `verify_digest`.

    `certificates` are all that came with it, the signer's included; `stamp_tokens` (RFC 3161)
    and `crls` are DER as they came; `algorithms` are those it names.
    """

    signer: x509.Certificate
    certificates: tuple[x509.Certificate, ...]
    message_digest: bytes
    signing_time: datetime
    signed_attributes: bytes
    signature: bytes
    algorithms: frozenset[str]
    stamp_tokens: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()

    @property
    def signer_sha256(self) -> str:
        """SHA-256 of the signer's DER certificate, 64 hex digits."""
        return self.signer.fingerprint(hashes.SHA256()).hex()


def read_signature(data: bytes) -> ParsedSignature:
    """Read a CAdES-B signature with exactly the four signed attributes; raise CmsError."""
    return _read(data, attributes=_CADES)


def read_plain_signature(data: bytes) -> ParsedSignature:
    """Read a trust list's signature: without signing-certificate-v2; raise CmsError."""
    return _read(data, attributes=_PLAIN)


def verify_digest(parsed: ParsedSignature, digest: bytes) -> None:
    """Check that the signer signed content whose SHA-256 is `digest`.

    Raises AlgorithmError, SignatureError.
    """
    key = _signing_key(parsed)
    if not hmac.compare_digest(parsed.message_digest, digest):
        raise SignatureError("The signature is over other bytes than these.")
    try:
        key.verify(parsed.signature, parsed.signed_attributes, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise SignatureError("The signature was not made with the signer's key.") from None


def check_algorithms(parsed: ParsedSignature) -> None:
    """Refuse all but ECDSA P-256 with SHA-256; raise AlgorithmError."""
    _signing_key(parsed)


def _signing_key(parsed: ParsedSignature) -> ec.EllipticCurvePublicKey:
    _refuse_strange(parsed.algorithms)
    try:
        key = parsed.signer.public_key()
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    raise AlgorithmError("The signer's key is not a P-256 key.")


def _refuse_strange(algorithms: frozenset[str]) -> None:
    if strange := algorithms - {_SHA256, _ECDSA_SHA256}:
        raise AlgorithmError(f"The signature uses {', '.join(sorted(strange))}.")


def _read(data: bytes, *, attributes: frozenset[str]) -> ParsedSignature:
    try:
        raw_attributes = _demand_der(data)
        content = cms.ContentInfo.load(data, strict=True)
        if content["content_type"].native != "signed_data":
            raise CmsError("The file holds no CMS signature.")
        return _parse(content["content"], raw_attributes, attributes)
    except CmsError:
        raise
    except Exception as fault:  # whatever two parsers think of on hostile bytes
        raise CmsError(f"The signature cannot be read: {fault}") from fault


def _parse(signed: Any, raw_attributes: bytes, wanted: frozenset[str]) -> ParsedSignature:
    if signed["encap_content_info"]["content"].native is not None:
        raise CmsError("The signature carries content; it must be detached.")
    if signed["encap_content_info"]["content_type"].native != "data" or (
        len(signed["signer_infos"]) != 1
    ):
        raise CmsError("The signature must be over plain data, by exactly one signer.")
    signer = signed["signer_infos"][0]
    _demand_profile(signed, signer)
    values = dict(_single_values(signer["signed_attrs"]))
    algorithms = frozenset(_algorithms(signed, signer))
    if values.keys() != wanted or values["content_type"].native != "data":
        # An older algorithm brings older attributes with it; it is the reason worth telling.
        _refuse_strange(algorithms)
        raise CmsError("The signed attributes are not exactly those of this format.")
    certificates = tuple(_certificates(signed))
    found = _signer_of(signer, certificates)
    _demand_named(found, values)
    return ParsedSignature(
        signer=found,
        certificates=certificates,
        message_digest=values["message_digest"].native,
        signing_time=values["signing_time"].native,
        signed_attributes=raw_attributes,
        signature=signer["signature"].native,
        algorithms=algorithms,
        stamp_tokens=tuple(_stamp_tokens(signer)),
        crls=tuple(one.dump() for one in _members(signed["crls"])),
    )


def _demand_der(data: bytes) -> bytes:
    """Check the encoding around stamps and CRLs; return the signed attributes as signed."""
    _, content = der.read(data).children()
    (signed,) = content.children()
    *parts, signers = signed.children()
    for part in parts:
        if part.tag == _CERTIFICATES_TAG and not der.is_sorted_set(part):
            raise CmsError("The certificates are not in the order of DER.")
    fields = [field for signer in signers.children() for field in signer.children()]
    for value in (*parts, *fields):
        if value.tag != _OPTIONAL_1_TAG:
            der.walk(value)
    attributes = [field for field in fields if field.tag == _CERTIFICATES_TAG]
    if len(attributes) != 1 or not der.is_sorted_set(attributes[0]):
        raise CmsError("The signed attributes are missing or not in the order of DER.")
    return bytes([der.SET]) + attributes[0].raw[1:]


def _single_values(attributes: Any) -> Iterator[tuple[str, Any]]:
    names = [attribute["type"].native for attribute in attributes]
    if len(set(names)) != len(names):
        raise CmsError("A signed attribute stands twice.")
    for attribute in attributes:
        if len(attribute["values"]) != 1:
            raise CmsError("A signed attribute has other than one value.")
        yield attribute["type"].native, attribute["values"][0]


def _certificates(signed: Any) -> Iterator[x509.Certificate]:
    for choice in _members(signed["certificates"]):
        if choice.name != "certificate":
            raise CmsError("The signature carries a certificate that is not X.509.")
        yield x509.load_der_x509_certificate(choice.chosen.dump())


def _signer_of(signer: Any, certificates: tuple[x509.Certificate, ...]) -> x509.Certificate:
    if signer["sid"].name != "issuer_and_serial_number":
        raise CmsError("The signer is not named by issuer and serial number.")
    named = signer["sid"].chosen
    issuer, serial = named["issuer"].dump(), named["serial_number"].native
    for certificate in certificates:
        if certificate.serial_number == serial and certificate.issuer.public_bytes() == issuer:
            return certificate
    raise CmsError("The signer's certificate is not in the signature.")


def _demand_named(signer: x509.Certificate, values: Mapping[str, Any]) -> None:
    """Check that signing-certificate-v2, where wanted, is the signer's SHA-256."""
    if "signing_certificate_v2" not in values:
        return
    first = values["signing_certificate_v2"]["certs"][0]
    if first["hash_algorithm"]["algorithm"].native != _SHA256 or (
        first["cert_hash"].native != signer.fingerprint(hashes.SHA256())
    ):
        raise CmsError("The attribute signing-certificate-v2 names another certificate.")


def _demand_profile(signed: Any, signer: Any) -> None:
    """Check the versions, and that algorithms come without parameters (or with NULL)."""
    if (signed["version"].native, signer["version"].native) != ("v1", "v1"):
        raise CmsError("The signature is not of the version that its parts ask for.")
    digests = [*signed["digest_algorithms"], signer["digest_algorithm"]]
    for algorithm in (*digests, signer["signature_algorithm"]):
        if algorithm["parameters"].dump() not in (b"", _NULL):
            raise CmsError("An algorithm has parameters that it must not have.")


def _algorithms(signed: Any, signer: Any) -> Iterator[str]:
    for algorithm in signed["digest_algorithms"]:
        yield algorithm["algorithm"].native
    yield signer["digest_algorithm"]["algorithm"].native
    yield signer["signature_algorithm"]["algorithm"].native


def _stamp_tokens(signer: Any) -> Iterator[bytes]:
    for attribute in _members(signer["unsigned_attrs"]):
        if attribute["type"].native == "signature_time_stamp_token":
            yield from (value.dump() for value in attribute["values"])


def _members(field: Any) -> Any:
    """Return the members of an optional SET; none where it is absent."""
    return () if field.native is None else field
