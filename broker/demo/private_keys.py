"""What each player holds in private: made on first use, kept in the player's own folder.

In the demo all of them lie on one machine, which is why it proves the procedure and no person.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from broker.basics.durable import write_all_whole
from broker.crypto.age_keys import HybridIdentity
from broker.crypto.keys import (
    Algorithm,
    SoftwareKey,
    generate,
    issue_certificate,
    load_pem,
    make_ca,
    to_pem,
)


@dataclass(frozen=True, slots=True)
class Dates:
    """From when until when the demo's keys hold, in whole seconds."""

    begin: datetime
    end: datetime


def kept_key(path: Path, algorithm: Algorithm) -> SoftwareKey:
    """Return the private key in the file `path` (PKCS#8)."""
    if not path.exists():
        write_all_whole({path: to_pem(generate(algorithm))}, mode=0o600)
    return load_pem(path.read_bytes())


def kept_authority(folder: Path, name: str, dates: Dates) -> tuple[SoftwareKey, x509.Certificate]:
    """Return key and self-signed certificate of an authority or a trust root."""
    key_path, certificate_path = folder / f"{name}.key.pem", folder / f"{name}.pem"
    if not certificate_path.exists():
        key, certificate = make_ca(name, valid_from=dates.begin, valid_to=dates.end)
        write_all_whole({key_path: to_pem(key)}, mode=0o600)
        write_all_whole({certificate_path: certificate.public_bytes(Encoding.PEM)})
    return load_pem(key_path.read_bytes()), _certificate(certificate_path)


def kept_seal(
    folder: Path, name: str, dates: Dates, *, by: tuple[SoftwareKey, x509.Certificate]
) -> x509.Certificate:
    """Return the certificate of a platform's seal key; both lie in its folder as `seal.*`."""
    key = kept_key(folder / "seal.key.pem", "p256")
    path = folder / "seal.pem"
    if not path.exists():
        certificate = issue_certificate(
            *by, key, common_name=name, valid_from=dates.begin, valid_to=dates.end
        )
        write_all_whole({path: certificate.public_bytes(Encoding.PEM)})
    return _certificate(path)


def kept_identity(path: Path) -> HybridIdentity:
    """Return the age identity in the file `path`, safe against quantum computers."""
    from broker.crypto.age import parse_identity

    if not path.exists():
        write_all_whole({path: f"{HybridIdentity.generate()}\n".encode("ascii")}, mode=0o600)
    identity = parse_identity(path.read_text("ascii").strip())
    assert isinstance(identity, HybridIdentity)
    return identity


def _certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())
