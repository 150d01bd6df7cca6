"""The simulated platforms as programs: where each listens, and with which keys in hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from broker.basics.durable import write_all_whole
from broker.crypto.keys import SigningKey
from broker.demo import cast
from broker.demo.folder import DemoFolder
from broker.demo.trust_list import TrustList
from broker.parties.models import Organisation
from broker.seals.keyring import signing_key

MODULE = "broker.demo.simulated_platform"


@dataclass(frozen=True, slots=True)
class Script:
    """What every platform's program is told: the broker's address, whom to trust, its files."""

    broker: str
    trust: TrustList
    evidence: Path


def listeners(ports: Mapping[str, int]) -> dict[str, str]:
    """Return the address at which each platform listens, by slug."""
    return {slug: f"http://localhost:{port}/broker" for slug, port in ports.items()}


def platform_words(folder: DemoFolder, slug: str, url: str, script: Script) -> tuple[str, ...]:
    """Return the words with which the platform's program is started.

    The public keys it judges by are handed to it as files, as they would be between parties.
    """
    own = folder.of(slug)
    ids = dict(Organisation.objects.values_list("slug", "id"))
    order_key = signing_key(f"order-{ids[cast.UNIT]}", "p256")
    words = ["--url", url, "--broker", script.broker, "--organisation", str(ids[slug])]
    words += ["--broker-key", _handed(own / "broker.pem", signing_key("message", "ed25519"))]
    words += ["--order-key", _handed(own / "unit-order-key.pem", order_key)]
    words += ["--key", str(own / "message.key.pem"), "--book", str(own / "book.jsonl")]
    words += ["--seal-key", str(own / "seal.key.pem"), "--certificate", str(own / "seal.pem")]
    words += ["--trust", str(script.trust.path), "--evidence", str(script.evidence)]
    words += [word for root in script.trust.roots for word in ("--root", root)]
    words += ["--work", str(own / "work")]
    if slug == cast.PLATFORM_B:
        words += ["--ignores"]
    return tuple(words)


def _handed(path: Path, key: SigningKey) -> str:
    half = load_der_public_key(key.spki())
    write_all_whole({path: half.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)})
    return str(path)
