"""trust.json on disk, with the roots' signatures beside it: `trust.json.01.p7s` and on.

Source: docs/custody-format.md, section 3.
"""

from pathlib import Path

from broker.basics.errors import TooLarge
from evidence.package.layout import MAX_SMALL
from evidence.package.trust_reader import MAX_TRUST_BYTES
from evidence.package.trust_signing import SignedTrust

_MAX_SIGNATURES = 99


def read_signed_trust(path: Path) -> SignedTrust:
    """Read trust.json and every signature beside it; nothing is judged.

    Raises TooLarge; OSError when a file cannot be read.
    """
    beside = [_signature(path, number) for number in range(1, _MAX_SIGNATURES + 1)]
    signatures = tuple(_limited(one, MAX_SMALL) for one in beside if one.is_file())
    return SignedTrust(_limited(path, MAX_TRUST_BYTES), signatures)


def write_signed_trust(path: Path, signed: SignedTrust) -> None:
    """Write trust.json at `path` and its signatures beside it; older ones go."""
    for number in range(1, _MAX_SIGNATURES + 1):
        _signature(path, number).unlink(missing_ok=True)
    path.write_bytes(signed.data)
    for number, signature in enumerate(signed.signatures, start=1):
        _signature(path, number).write_bytes(signature)


def _signature(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number:02}.p7s")


def _limited(path: Path, limit: int) -> bytes:
    with path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise TooLarge(f"{path} has more than {limit} bytes.")
    return data
