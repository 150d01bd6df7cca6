"""What is asked of the verifier: a package, a trust list and whose roots, keys, an instant."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from broker.basics import clock
from broker.basics.errors import Invalid
from broker.crypto import age
from broker.crypto.age_keys import Identity
from evidence.package.trust_signing import SignedTrust

_ROOT = re.compile(r"[0-9a-f]{64}")


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
