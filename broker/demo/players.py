"""The simulated platforms as programs: where each listens, and with which keys in hand."""

from collections.abc import Mapping
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
from broker.parties.models import Organisation
from broker.seals.keyring import signing_key

MODULE = "broker.demo.simulated_platform"


def listeners(ports: Mapping[str, int]) -> dict[str, str]:
    """Return the address at which each platform listens, by slug."""
    return {slug: f"http://localhost:{port}/broker" for slug, port in ports.items()}


def platform_words(folder: DemoFolder, slug: str, *, url: str, broker: str) -> tuple[str, ...]:
    """Return the words with which the platform's program is started.

    The public keys it judges by are handed to it as files, as they would be between parties.
    """
    own = folder.of(slug)
    unit = Organisation.objects.get(slug=cast.UNIT)
    order_key = signing_key(f"order-{unit.party_id}", "p256")
    words = ["--url", url, "--broker", broker]
    words += ["--broker-key", _handed(own / "broker.pem", signing_key("message", "ed25519"))]
    words += ["--order-key", _handed(own / "unit-order-key.pem", order_key)]
    words += ["--key", str(own / "message.key.pem"), "--book", str(own / "book.jsonl")]
    if slug == cast.PLATFORM_B:
        words += ["--ignores"]
    return tuple(words)


def _handed(path: Path, key: SigningKey) -> str:
    half = load_der_public_key(key.spki())
    write_all_whole({path: half.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)})
    return str(path)
