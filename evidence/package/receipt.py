"""custody-receipt/1: the receiving party's word that it has a package, or has opened it.

Pure: the receiver's own program writes and signs it with this module, the broker checks it.
Source: docs/custody-format.md, section 2, "A log proves what was logged".
"""

from datetime import datetime

from broker.basics.clock import iso
from broker.crypto.canonical import canonical, commitment

FORMAT = "custody-receipt/1"
RETRIEVED, OPENED = "retrieved", "opened"


def receipt_document(
    *, package_id: str, statement_sha256: str, kind: str, opened: str, at: datetime
) -> bytes:
    """Return the canonical bytes that the receiver signs.

    `opened` is what `opened_commitment` returns, empty for a package that was not opened yet.
    """
    return canonical(
        {
            "format": FORMAT,
            "package_id": package_id,
            "statement_sha256": statement_sha256,
            "kind": kind,
            "opened": opened or None,
            "at": iso(at),
        }
    )


def opened_commitment(*, inner_salt: str, package_id: str) -> str:
    """Return C(opened, inner_salt, package_id), hex: nobody can tell it without opening."""
    return commitment("opened", bytes.fromhex(inner_salt), package_id.encode("ascii")).hex()
