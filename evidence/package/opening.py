"""metadata/opening.json: the salts that open the statement's two commitments."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from broker.crypto.canonical import (
    SALT_BYTES,
    Json,
    canonical,
    commitment,
    parse_canonical,
)
from evidence.package.layout import OPENING
from evidence.package.shapes import Members

FORMAT = "custody-opening/1"


@dataclass(frozen=True, slots=True)
class Opening:
    """What a holder learns inside; salts are 64 hex digits."""

    package_id: str
    case_id: str
    case_salt: str
    inner_salt: str

    def document(self) -> bytes:
        """Return the canonical bytes."""
        document: Mapping[str, Json] = {
            "format": FORMAT,
            "package_id": self.package_id,
            "case_id": self.case_id,
            "case_salt": self.case_salt,
            "inner_salt": self.inner_salt,
        }
        return canonical(document)

    def case_commitment(self) -> str:
        """Return C(case, case_salt, case_id), hex."""
        return commitment("case", bytes.fromhex(self.case_salt), self.case_id.encode()).hex()

    def inner_commitment(self, tag_manifest: bytes) -> str:
        """Return C(inner, inner_salt, bytes of the tag manifest), hex."""
        return commitment("inner", bytes.fromhex(self.inner_salt), tag_manifest).hex()


def new_opening(*, package_id: str, case_id: str) -> Opening:
    """Return an opening with fresh salts; a package has its own."""
    case_salt, inner_salt = (os.urandom(SALT_BYTES).hex() for _ in range(2))
    return Opening(package_id, case_id, case_salt, inner_salt)


def parse_opening(data: bytes) -> Opening:
    """Read opening.json strictly; raise Invalid."""
    with Members(parse_canonical(data), OPENING) as members:
        members.exactly("format", FORMAT)
        return Opening(
            package_id=members.uuid("package_id"),
            case_id=members.uuid("case_id"),
            case_salt=members.digest("case_salt"),
            inner_salt=members.digest("inner_salt"),
        )
