"""statement.json: what a package says of itself in the open, and the outer signature binds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from broker.basics.clock import iso
from broker.basics.errors import Invalid
from broker.crypto.canonical import Json, canonical, parse_canonical
from evidence.package.layout import STATEMENT
from evidence.package.shapes import Members

FORMAT = "custody-package/1"


@dataclass(frozen=True, slots=True)
class Statement:
    """The statement's members. Digests are 64 hex digits, sizes bytes, `created` aware UTC.

    `stamps` is the number of time-stamp authorities asked; `recipients` are fingerprints.
    """

    package_id: str
    case_commitment: str
    inner_commitment: str
    payload_sha256: str
    payload_size: int
    header_sha256: str
    recipients: tuple[str, ...]
    organisation: str
    cert_sha256: str
    sealing: str
    derived: bool
    stamps: int
    created: datetime

    def document(self) -> bytes:
        """Return the statement's canonical bytes."""
        document: Mapping[str, Json] = {
            "format": FORMAT,
            "package_id": self.package_id,
            "case_commitment": self.case_commitment,
            "inner_commitment": self.inner_commitment,
            "payload": {"sha256": self.payload_sha256, "size": self.payload_size},
            "access": {
                "header_sha256": self.header_sha256,
                "recipients": list(self.recipients),
            },
            "sealed_by": {"organisation": self.organisation, "cert_sha256": self.cert_sha256},
            "sealing": self.sealing,
            "derived": self.derived,
            "stamps": self.stamps,
            "created": iso(self.created),
        }
        return canonical(document)


def parse_statement(data: bytes) -> Statement:
    """Read statement.json strictly; raise Invalid.

    Recipients must be sorted and each stand once; their number is judged by the verifier.
    """
    with Members(parse_canonical(data), STATEMENT) as members:
        members.exactly("format", FORMAT)
        with members.nested("payload") as payload:
            payload_sha256, payload_size = payload.digest("sha256"), payload.integer("size")
        with members.nested("access") as access:
            header_sha256, recipients = access.digest("header_sha256"), read_recipients(access)
        with members.nested("sealed_by") as sealed_by:
            organisation = sealed_by.opaque("organisation")
            cert_sha256 = sealed_by.digest("cert_sha256")
        return Statement(
            package_id=members.uuid("package_id"),
            case_commitment=members.digest("case_commitment"),
            inner_commitment=members.digest("inner_commitment"),
            payload_sha256=payload_sha256,
            payload_size=payload_size,
            header_sha256=header_sha256,
            recipients=recipients,
            organisation=organisation,
            cert_sha256=cert_sha256,
            sealing=members.one_of("sealing", "client", "browser"),
            derived=members.boolean("derived"),
            stamps=members.integer("stamps"),
            created=members.instant("created"),
        )


def read_recipients(members: Members) -> tuple[str, ...]:
    """Return the member `recipients`: fingerprints, sorted, none twice, at least one."""
    found = members.fingerprints("recipients")
    if not found or list(found) != sorted(set(found)):
        raise Invalid(f"{members.place}.recipients is not a sorted list without doubles.")
    return found
