"""metadata/order.json: the decision under which a package is sealed, and for whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from broker.basics.clock import iso
from broker.basics.errors import Invalid
from broker.crypto.canonical import Json, canonical, parse_canonical
from evidence.package.layout import ORDER
from evidence.package.shapes import Members

FORMAT = "custody-order/1"
ROLES = ("office", "officer", "escrow", "court", "defence")


@dataclass(frozen=True, slots=True)
class NamedRecipient:
    """Someone the order lets the package be sealed to; `recipient` is a fingerprint."""

    recipient: str
    role: str


@dataclass(frozen=True, slots=True)
class Order:
    """The order's members; `issued` is aware UTC, digests are 64 hex digits."""

    order_id: str
    case_id: str
    instrument_id: str
    instrument_sha256: str
    issued_by: str
    issued: datetime
    form_sha256: str
    recipients: tuple[NamedRecipient, ...]

    def document(self) -> bytes:
        """Return the order's canonical bytes: what an `order` key signs."""
        document: Mapping[str, Json] = {
            "format": FORMAT,
            "order_id": self.order_id,
            "case_id": self.case_id,
            "instrument": {"id": self.instrument_id, "sha256": self.instrument_sha256},
            "issued_by": self.issued_by,
            "issued": iso(self.issued),
            "form_sha256": self.form_sha256,
            "recipients": [
                {"recipient": named.recipient, "role": named.role} for named in self.recipients
            ],
        }
        return canonical(document)

    def demand_named(self, fingerprints: Sequence[str]) -> None:
        """Raise Invalid unless the order names every one of the fingerprints."""
        named = {one.recipient for one in self.recipients}
        for fingerprint in fingerprints:
            if fingerprint not in named:
                raise Invalid(
                    f"The order does not name the recipient {fingerprint}.",
                    why="A package is sealed only to recipients that the signed order names.",
                    remedy="Seal to the recipients in the order, or ask for a new order.",
                )


def parse_order(data: bytes) -> Order:
    """Read order.json strictly; raise Invalid."""
    with Members(parse_canonical(data), ORDER) as members:
        members.exactly("format", FORMAT)
        with members.nested("instrument") as instrument:
            instrument_id, instrument_sha256 = instrument.opaque("id"), instrument.digest("sha256")
        return Order(
            order_id=members.uuid("order_id"),
            case_id=members.uuid("case_id"),
            instrument_id=instrument_id,
            instrument_sha256=instrument_sha256,
            issued_by=members.opaque("issued_by"),
            issued=members.instant("issued"),
            form_sha256=members.digest("form_sha256"),
            recipients=members.objects("recipients", _named_recipient),
        )


def _named_recipient(members: Members) -> NamedRecipient:
    return NamedRecipient(members.fingerprint("recipient"), members.one_of("role", *ROLES))
