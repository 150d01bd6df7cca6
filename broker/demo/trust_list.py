"""The demo's trust list: built from the directory, signed by two demo roots."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from broker.basics.clock import now
from broker.crypto.keys import fingerprint
from broker.demo.folder import DemoFolder
from broker.demo.private_keys import Dates, kept_authority
from evidence.actions.trust import build_trust, sign, write

_HOLDS = timedelta(days=30)
_ROOTS_LAST = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class TrustList:
    """The signed list as a file, and the fingerprints (hex) of the roots that signed it."""

    path: Path
    roots: Sequence[str]


def publish_trust(folder: DemoFolder) -> TrustList:
    """Sign the list as the directory stands now, and leave it where the players find it."""
    at = now().replace(microsecond=0)
    version = folder.facts().get("trust_version", 0) + 1
    folder.keep(trust_version=version)
    dates = Dates(at, at + _ROOTS_LAST)
    roots = [
        kept_authority(folder.of(name), name, dates) for name in ("demo-root-1", "demo-root-2")
    ]
    trust = build_trust(version=version, issued=at, expires=at + _HOLDS)
    shutil.rmtree(folder.left, ignore_errors=True)
    folder.left.mkdir()
    path = write(sign(trust, roots=roots, at=at), folder.left)
    prints = [fingerprint(certificate.public_bytes(Encoding.DER)) for _, certificate in roots]
    return TrustList(path, prints)
