"""What is asked of the verifier: a package, a trust list and whose roots, keys, an instant."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from broker.basics import clock
from broker.basics.errors import Invalid, TooLarge
from broker.crypto import age
from broker.crypto.age_keys import Identity
from evidence.package.trust_reader import MAX_TRUST_BYTES
from evidence.package.trust_signing import SignedTrust

_ROOT = re.compile(r"[0-9a-f]{64}")
_MAX_SIGNATURES = 99
_MAX_SIGNATURE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Question:
    """Everything a verification rests on. `package` must seek; `at` is aware.

    `last_seen` is the highest version of trust.json this reader has accepted before.
    """

    package: BinaryIO
    trust: SignedTrust
    roots: frozenset[str]
    identities: tuple[Identity, ...] = ()
    at: datetime = field(default_factory=clock.now)
    last_seen: int | None = None
    requires_stamp: bool = False


def read_signed_trust(path: Path) -> SignedTrust:
    """Read trust.json and the signatures beside it, `trust.json.01.p7s` and on.

    Raises TooLarge; OSError when the file cannot be read.
    """
    signatures = []
    for number in range(1, _MAX_SIGNATURES + 1):
        beside = path.with_name(f"{path.name}.{number:02}.p7s")
        if beside.is_file():
            signatures.append(_limited(beside, _MAX_SIGNATURE_BYTES))
    return SignedTrust(_limited(path, MAX_TRUST_BYTES), tuple(signatures))


def read_roots(given: Sequence[str]) -> frozenset[str]:
    """Read fingerprints of root certificates: 64 hex digits, colons and case do not matter."""
    roots = [text.replace(":", "").strip().lower() for text in given]
    for root in roots:
        if not _ROOT.fullmatch(root):
            raise Invalid(
                f"{root[:80]!r} is not the fingerprint of a root.",
                remedy="Give the SHA-256 of the root's certificate as 64 hex digits.",
            )
    return frozenset(roots)


def read_identities(paths: Sequence[Path]) -> tuple[Identity, ...]:
    """Read age identity files; raise Invalid for one that holds no identity."""
    found: list[Identity] = []
    for path in paths:
        try:
            found += age.parse_identities(path.read_text("utf-8"))
        except ValueError as fault:
            raise Invalid(
                f"{path} is not an age identity file.",
                why=str(fault),
                remedy="Give a file that age-keygen wrote, without a passphrase.",
            ) from None
    return tuple(found)


def read_instant(text: str) -> datetime:
    """Read `--at`: an ISO 8601 instant with its offset; raise Invalid."""
    try:
        return clock.parse_iso(text)
    except ValueError as fault:
        raise Invalid(f"{text[:80]!r} is not an instant.", why=str(fault)) from None


def _limited(path: Path, limit: int) -> bytes:
    with path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise TooLarge(f"{path} has more than {limit} bytes.")
    return data
