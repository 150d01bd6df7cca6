"""Keys as a platform keeps them: PEM files."""

from pathlib import Path

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from broker.basics.errors import Invalid
from broker.crypto.keys import PublicKey, SigningKey, load_pem


def read_signing_key(path: Path) -> SigningKey:
    """Return the private key in a PEM file; raise Invalid when it holds none of a known kind."""
    return load_pem(path.read_bytes())


def read_public_key(path: Path) -> PublicKey:
    """Return the public key in a PEM file; raise Invalid when it holds none of a known kind."""
    try:
        half = load_pem_public_key(path.read_bytes())
    except ValueError:
        raise Invalid(f"{path} holds no public key in PEM.") from None
    return PublicKey.from_spki(half.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
