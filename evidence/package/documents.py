"""The JSON documents inside the bag and beside the proof, read by their strict shapes.

`statement` has the package's own statement. What the documents prove together is the
verifier's part. Source: docs/custody-format.md, section 1.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from broker.basics.errors import Invalid
from broker.crypto.canonical import Json, canonical, parse_canonical
from evidence.package.shapes import Members

ORDER_FORMAT = "custody-order/1"
OPENING_FORMAT = "custody-opening/1"
EVENT_FORMAT = "custody-event/1"
ROLES = ("office", "officer", "escrow", "court", "defence")
RECEIVED_VERB = "package.received"
_BAG_INFO = re.compile(
    r"Package-Id: (?P<package_id>[^\n]+)\n"
    r"Case-Id: (?P<case_id>[^\n]+)\n"
    r"Order-Id: (?P<order_id>[^\n]+)\n"
    r"Order-SHA256: (?P<order_sha256>[0-9a-f]{64})\n"
    r"Sealed-By: (?P<sealed_by>[^\n]+)\n"
    r"Payload-Oxum: (?P<octets>0|[1-9][0-9]*)\.(?P<files>0|[1-9][0-9]*)\n"
    r"Bagging-Date: (?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})\n"
    r"(?P<recipients>(?:Recipient: sha256:[0-9a-f]{64}\n)+)"
)


@dataclass(frozen=True, slots=True)
class Order:
    """The order under which a package is given; `recipients` maps fingerprints to roles."""

    order_id: str
    case_id: str
    instrument_id: str
    instrument_sha256: str
    issued_by: str
    issued: datetime
    form_sha256: str
    recipients: tuple[tuple[str, str], ...]

    @property
    def fingerprints(self) -> list[str]:
        """The recipients' fingerprints, sorted."""
        return sorted(fingerprint for fingerprint, _ in self.recipients)


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens a statement's two commitments; salts are 32 raw bytes."""

    package_id: str
    case_id: str
    case_salt: bytes
    inner_salt: bytes


@dataclass(frozen=True, slots=True)
class BagInfo:
    """bag-info.txt: its labels in their fixed order; `octets` and `files` are the Oxum."""

    package_id: str
    case_id: str
    order_id: str
    order_sha256: str
    sealed_by: str
    octets: int
    files: int
    bagging_date: date
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReceivedBody:
    """The body of `package.received`; digests are hex, sizes bytes."""

    verb: str
    at: datetime
    package_id: str
    statement_sha256: str
    payload_sha256: str
    payload_size: int
    software: str
    canonical: bytes


@dataclass(frozen=True, slots=True)
class Received:
    """ledger/received.json: `header` opens to a leaf, `body` (None: withheld) to the header.

    `header` and `body.canonical` are canonical bytes, salts 32 raw bytes.
    """

    salt: bytes
    header: bytes
    stream: str
    body_commitment: str
    body_salt: bytes | None
    body: ReceivedBody | None


def parse_order(data: bytes) -> Order:
    """Read metadata/order.json; raise Invalid."""
    with Members(parse_canonical(data), "order.json") as members:
        members.exactly("format", ORDER_FORMAT)
        with members.nested("instrument") as instrument:
            instrument_id, sha256 = instrument.opaque("id"), instrument.digest("sha256")
        return Order(
            order_id=members.uuid("order_id"),
            case_id=members.uuid("case_id"),
            instrument_id=instrument_id,
            instrument_sha256=sha256,
            issued_by=members.opaque("issued_by"),
            issued=members.instant("issued"),
            form_sha256=members.digest("form_sha256"),
            recipients=members.objects("recipients", _order_recipient),
        )


def parse_opening(data: bytes) -> Opening:
    """Read metadata/opening.json; raise Invalid."""
    with Members(parse_canonical(data), "opening.json") as members:
        members.exactly("format", OPENING_FORMAT)
        return Opening(
            package_id=members.uuid("package_id"),
            case_id=members.uuid("case_id"),
            case_salt=bytes.fromhex(members.digest("case_salt")),
            inner_salt=bytes.fromhex(members.digest("inner_salt")),
        )


def parse_bag_info(data: bytes) -> BagInfo:
    """Read bag-info.txt, every label once, in order, `Recipient` last; raise Invalid."""
    try:
        found = _BAG_INFO.fullmatch(data.decode("utf-8"))
        bagging_date = date.fromisoformat(found["date"]) if found else None
    except ValueError:
        found, bagging_date = None, None
    if not found or not bagging_date or len(found["octets"] + found["files"]) > 40:
        raise Invalid(
            "bag-info.txt does not hold exactly its labels, in order, without folding.",
        )
    recipients = found["recipients"].removesuffix("\n").split("\n")
    return BagInfo(
        package_id=found["package_id"],
        case_id=found["case_id"],
        order_id=found["order_id"],
        order_sha256=found["order_sha256"],
        sealed_by=found["sealed_by"],
        octets=int(found["octets"]),
        files=int(found["files"]),
        bagging_date=bagging_date,
        recipients=tuple(line.removeprefix("Recipient: ") for line in recipients),
    )


def parse_received(data: bytes) -> Received:
    """Read ledger/received.json; raise Invalid. Body and its salt are both null or neither."""
    with Members(parse_canonical(data), "received.json") as members:
        header = cast("Json", members.take("header"))
        stream, commitment = _event_header(header)
        body_salt = members.maybe("body_salt", members.digest)
        body = members.maybe("body", lambda name: _received_body(members.take(name)))
        if (body is None) != (body_salt is None):
            raise Invalid("received.json gives a body without its salt, or a salt alone.")
        return Received(
            salt=bytes.fromhex(members.digest("salt")),
            header=canonical(header),
            stream=stream,
            body_commitment=commitment,
            body_salt=bytes.fromhex(body_salt) if body_salt else None,
            body=body,
        )


def _order_recipient(members: Members) -> tuple[str, str]:
    return members.fingerprint("recipient"), members.one_of("role", *ROLES)


def _event_header(value: object) -> tuple[str, str]:
    with Members(value, "received.json.header") as header:
        header.exactly("format", EVENT_FORMAT)
        header.uuid("event_id")
        seq, prev = header.integer("seq"), header.maybe("prev", header.digest)
        if seq < 1 or (seq == 1) != (prev is None):
            raise Invalid("received.json.header has a seq and prev that do not go together.")
        return header.opaque("stream"), header.digest("body")


def _received_body(value: object) -> ReceivedBody:
    with Members(value, "received.json.body") as body:
        body.one_of("time_source", "database", "process")
        with body.nested("payload") as payload:
            sha256, size = payload.digest("sha256"), payload.integer("size")
        return ReceivedBody(
            verb=body.text("verb"),
            at=body.instant("at"),
            package_id=body.uuid("package_id"),
            statement_sha256=body.digest("statement_sha256"),
            payload_sha256=sha256,
            payload_size=size,
            software=body.text("software"),
            canonical=canonical(cast("Json", value)),
        )
