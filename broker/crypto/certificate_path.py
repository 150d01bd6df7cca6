"""A path from a certificate to an authority that is trusted, judged at an instant.

Revocation is judged only from lists that came with the signature; nothing is fetched.
Source: RFC 5280, section 6; docs/custody-format.md, section 1, "Signatures".
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtensionOID, SignatureAlgorithmOID

MAX_LENGTH = 8
MAX_STEPS = 1000  # certificates that name each other must not keep the search busy
MIN_RSA_BITS = 2048
_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
_SIGNATURES = frozenset(
    {
        SignatureAlgorithmOID.ECDSA_WITH_SHA256,
        SignatureAlgorithmOID.ECDSA_WITH_SHA384,
        SignatureAlgorithmOID.ECDSA_WITH_SHA512,
        SignatureAlgorithmOID.RSA_WITH_SHA256,
        SignatureAlgorithmOID.RSA_WITH_SHA384,
        SignatureAlgorithmOID.RSA_WITH_SHA512,
    }
)
_UNDERSTOOD = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.CERTIFICATE_POLICIES,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
    }
)
_UNREADABLE = (
    ValueError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)


class PathError(ValueError):
    """No path leads from the certificate to a trusted authority."""


class WeakPathError(PathError):
    """The only path rests on a signature or key that is too weak."""


def find_path(
    certificate: x509.Certificate,
    *,
    others: Iterable[x509.Certificate],
    anchors: Iterable[x509.Certificate],
    at: datetime,
) -> tuple[x509.Certificate, ...]:
    """Return the certificates from `certificate` to an anchor, both included.

    Every one must be valid at `at` (aware), every issuer be an authority, every signature
    strong. Raises PathError with the reason of the path that led furthest; WeakPathError when
    that is an algorithm.
    """
    search = _Search(tuple(others), tuple(anchors), at)
    try:
        _demand_signer(certificate)
        found = next(search.paths((certificate,)), None)
    except PathError:
        raise
    except _UNREADABLE as fault:
        raise PathError(f"A certificate cannot be read: {fault}") from fault
    if found is None:
        raise search.reason
    return found


def revoked_by(
    crls: Sequence[bytes], path: Sequence[x509.Certificate], *, at: datetime
) -> x509.Certificate | None:
    """Return the certificate of `path` that a list in `crls` (DER) revokes at or before `at`.

    A list counts only if the next certificate of the path signed it. Raises PathError for a
    list that cannot be read.
    """
    try:
        lists = [x509.load_der_x509_crl(crl) for crl in crls]
        for certificate, issuer in pairwise(path):
            if any(_revokes(crl, certificate, issuer, at) for crl in lists):
                return certificate
    except _UNREADABLE as fault:
        raise PathError(f"A revocation list cannot be read: {fault}") from fault
    return None


class _Search:
    def __init__(
        self,
        others: tuple[x509.Certificate, ...],
        anchors: tuple[x509.Certificate, ...],
        at: datetime,
    ) -> None:
        self._others, self._anchors, self._at = others, anchors, at
        self._depth, self._steps = -1, 0
        self.reason = PathError("None of the trusted authorities issued the certificate.")

    def paths(self, path: tuple[x509.Certificate, ...]) -> Iterator[tuple[x509.Certificate, ...]]:
        for issuer in self._issuers_of(path):
            if fault := self._fault(path, issuer):
                self._remember(len(path), fault)
            elif issuer in self._anchors:
                yield (*path, issuer)
            elif len(path) < MAX_LENGTH:
                yield from self.paths((*path, issuer))

    def _issuers_of(self, path: tuple[x509.Certificate, ...]) -> Iterator[x509.Certificate]:
        fresh = (other for other in self._others if other not in path)
        for issuer in (*self._anchors, *fresh):
            if issuer.subject == path[-1].issuer and self._steps < MAX_STEPS:
                self._steps += 1
                yield issuer

    def _fault(
        self, path: tuple[x509.Certificate, ...], issuer: x509.Certificate
    ) -> PathError | None:
        for each in (path[-1], issuer):
            if not each.not_valid_before_utc <= self._at <= each.not_valid_after_utc:
                return PathError(f"{_named(each)} was not valid at {self._at.isoformat()}.")
        if strange := _strange_extension(path[-1]) or _strange_extension(issuer):
            return PathError(f"A certificate holds the critical extension {strange}.")
        if not _may_issue(issuer, below=len(path) - 1):
            return PathError(f"{_named(issuer)} may not issue this certificate.")
        return _signature_fault(path[-1], issuer)

    def _remember(self, depth: int, fault: PathError) -> None:
        if depth > self._depth:
            self._depth, self.reason = depth, fault


def _demand_signer(certificate: x509.Certificate) -> None:
    usage = _extension(certificate, x509.KeyUsage)
    if usage and not (usage.digital_signature or usage.content_commitment):
        raise PathError("The signer's certificate is not for signatures.")


def _may_issue(issuer: x509.Certificate, *, below: int) -> bool:
    """Tell whether `issuer` is an authority with at most `below` authorities under it."""
    constraints = _extension(issuer, x509.BasicConstraints)
    usage = _extension(issuer, x509.KeyUsage)
    if constraints is None or not constraints.ca or (usage and not usage.key_cert_sign):
        return False
    return constraints.path_length is None or below <= constraints.path_length


def _signature_fault(certificate: x509.Certificate, issuer: x509.Certificate) -> PathError | None:
    if certificate.signature_algorithm_oid not in _SIGNATURES:
        return WeakPathError(f"{_named(certificate)} is signed with an algorithm not accepted.")
    key = issuer.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        is_strong = key.key_size >= MIN_RSA_BITS
    else:
        is_strong = isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, _CURVES)
    if not is_strong:
        return WeakPathError(f"The key of {_named(issuer)} is not of an accepted kind.")
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError):
        return PathError(f"{_named(certificate)} was not signed by {_named(issuer)}.")
    return None


def _strange_extension(certificate: x509.Certificate) -> str | None:
    return next(
        (
            extension.oid.dotted_string
            for extension in certificate.extensions
            if extension.critical and extension.oid not in _UNDERSTOOD
        ),
        None,
    )


def _extension[E: x509.ExtensionType](certificate: x509.Certificate, kind: type[E]) -> E | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _revokes(
    crl: x509.CertificateRevocationList,
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    at: datetime,
) -> bool:
    if crl.issuer != issuer.subject or crl.signature_algorithm_oid not in _SIGNATURES:
        return False
    entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
    key = issuer.public_key()
    if entry is None or not isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        return False
    return entry.revocation_date_utc <= at and crl.is_signature_valid(key)


def _named(certificate: x509.Certificate) -> str:
    return f"The certificate of {certificate.subject.rfc4514_string()[:120]}"
