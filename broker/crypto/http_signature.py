"""Signed requests: RFC 9421 signatures with RFC 9530 digests, in the one profile of the house.

Replay within the lifetime (nonce, idempotency key) and the key's owner are the caller's business.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

import http_sf
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
)
from http_message_signatures.algorithms import ECDSA_P256_SHA256, ED25519
from http_message_signatures.digests import ContentDigest
from http_message_signatures.exceptions import HTTPMessageSignaturesException

from broker.basics.errors import DigestMismatch
from broker.crypto.keys import PublicKey, SigningKey
from broker.crypto.signature_profile import (
    LIFETIME_S,
    TAG,
    Verified,
    demand_components,
    demand_lifetime,
    read_input,
    refused,
    required_components,
)

__all__ = ["TAG", "Verified", "read_keyid", "sign_request", "verify_request"]

_ALGORITHMS = {"ed25519": ED25519, "p256": ECDSA_P256_SHA256}


@dataclass(slots=True)
class _Message:
    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)


def sign_request(  # noqa: PLR0913
    *,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    key: SigningKey,
    keyid: str,
    at: datetime,
    lifetime_s: int = LIFETIME_S,
) -> dict[str, str]:
    """Return all headers to send, names in lower case: those given, the digest, the signature.

    With a body (or an Idempotency-Key) `headers` must hold Idempotency-Key; Content-Type is
    application/json unless given. `url` is absolute and already percent-encoded. Raises
    ValueError for what cannot be signed. Source: RFC 9421, RFC 9530.
    """
    message = _Message(method.upper(), url, _lowered(headers))
    covered = required_components(body, message.headers)
    if "content-digest" in covered:
        _complete(message.headers, body)
    try:
        _sign(message, key, covered, keyid=keyid, lifetime=(at, at + timedelta(seconds=lifetime_s)))
    except HTTPMessageSignaturesException as error:
        raise ValueError(f"The request cannot be signed: {error}") from error
    return _lowered(message.headers)


def read_keyid(headers: Mapping[str, str]) -> str:
    """Return the key id that a request's signature names; nothing is verified yet.

    Raises Unauthenticated when there is no signature of this profile.
    """
    keyid: str = read_input(_lowered(headers)).parameters["keyid"]
    return keyid


def verify_request(
    *,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    public: PublicKey,
    at: datetime,
) -> Verified:
    """Check that `public` signed exactly this request, and that `at` lies in its lifetime.

    `url` is absolute, as the sender addressed it. The algorithm is the key's, never the
    message's. Raises Unauthenticated, or DigestMismatch when the body is another one.
    """
    message = _Message(method.upper(), url, _lowered(headers))
    given = read_input(message.headers)
    required = required_components(body, message.headers)
    demand_components(given, required)
    verified = demand_lifetime(given.parameters, at)
    _demand_signature(message, public)
    if "content-digest" in required:
        _demand_digest(message.headers["content-digest"], body)
    return verified


def _complete(headers: dict[str, str], body: bytes) -> None:
    if not headers.get("idempotency-key"):
        raise ValueError("A request with a body needs an Idempotency-Key header.")
    headers.setdefault("content-type", "application/json")
    headers["content-digest"] = ContentDigest.create(body)


def _sign(
    message: _Message,
    key: SigningKey,
    covered: tuple[str, ...],
    *,
    keyid: str,
    lifetime: tuple[datetime, datetime],
) -> None:
    signer = HTTPMessageSigner(signature_algorithm=_ALGORITHMS[key.algorithm])
    prepared = signer.prepare(
        message,
        key_id=keyid,
        created=lifetime[0],
        expires=lifetime[1],
        nonce=secrets.token_urlsafe(24),
        label="broker",
        tag=TAG,
        include_alg=False,
        covered_component_ids=covered,
        use_existing_digest="content-digest" in covered,
    )
    signature = key.sign(prepared.signature_base)
    if key.algorithm == "p256":
        signature = ECDSA_P256_SHA256.signature_from_der(signature)
    signer.apply(message, prepared, signature)


class _Verifier(HTTPMessageVerifier):
    def validate_created_and_expires(self, sig_input: object, max_age: object = None) -> None:
        """Leave times to `demand_lifetime`, which judges them at the caller's instant."""


class _OneKey(HTTPSignatureKeyResolver):
    def __init__(self, public: PublicKey) -> None:
        self.public = public

    def resolve_public_key(self, key_id: str) -> Any:
        return self.public.half


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): str(value) for name, value in headers.items()}


def _demand_signature(message: _Message, public: PublicKey) -> None:
    verifier = _Verifier(
        signature_algorithm=_ALGORITHMS[public.algorithm], key_resolver=_OneKey(public)
    )
    try:
        verifier.verify(message, expect_tag=TAG, max_age=None)
    except (HTTPMessageSignaturesException, ValueError):
        raise refused(
            "The signature does not match the request.",
            why="It is of another key or algorithm, or a covered part was changed on the way.",
            remedy="Check key, method, address and headers, and sign again.",
        ) from None


def _demand_digest(value: str, body: bytes) -> None:
    try:
        ContentDigest.verify(value, body)
        members = http_sf.parse(value.encode("ascii"), tltype="dictionary")
        has_sha256 = "sha-256" in cast(dict[str, Any], members)
    except (HTTPMessageSignaturesException, ValueError):
        has_sha256 = False
    if not has_sha256:
        raise DigestMismatch(
            "The Content-Digest is not that of the body.",
            why="The body was changed on the way, or the header has no sha-256 digest.",
            remedy="Send the header Content-Digest: sha-256=:...: over the bytes of the body.",
        )
