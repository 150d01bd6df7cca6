"""ledger/received.json: the opening of the event that says when the broker had the package.

That it is in the log is `ledger/received.tlog-proof`'s to show. Source:
docs/custody-format.md, section 1, Received event, and section 2.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from broker.basics.errors import Invalid
from broker.crypto.canonical import Json, canonical, parse_canonical
from evidence.package.shapes import Members

EVENT_FORMAT = "custody-event/1"
RECEIVED_VERB = "package.received"


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
