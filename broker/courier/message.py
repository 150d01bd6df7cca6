"""What travels: the message to a party, and the receipt a receiver signs for it.

Pure: the platform's own program reads messages and signs receipts with this module.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from broker.basics.clock import iso, parse_iso
from broker.basics.errors import Invalid
from broker.crypto.canonical import Json, canonical, parse_canonical, parse_json, sha256_hex
from broker.crypto.keys import PublicKey, SigningKey, fingerprint

MESSAGE_FORMAT = "broker-message/1"
RECEIPT_FORMAT = "broker-receipt/1"
MAX_MESSAGE_BYTES = 4 * 1024 * 1024
MAX_RECEIPT_BYTES = 64 * 1024
_STARTS_CLOCK = ("order", "notification")


@dataclass(frozen=True, slots=True)
class Message:
    """One dispatch as its receiver reads it; `sha256` is over the canonical bytes."""

    dispatch: str
    kind: str
    reference: str
    issued: datetime
    content: Mapping[str, Any]
    sha256: str


@dataclass(frozen=True, slots=True)
class SignedReceipt:
    """A receiver's word, under its key, that it has the message with this digest."""

    dispatch: str
    message_sha256: str
    received: datetime
    keyid: str


def starts_clock(kind: str) -> bool:
    """Tell whether the receipt of such a message starts a statutory clock.

    An order starts the period of its addressee, a notification the window of its authority;
    neither is shown before its receipt is proven.
    """
    return kind.rpartition(".")[2] in _STARTS_CLOCK


def message_bytes(
    *, dispatch: str, kind: str, reference: str, issued: datetime, content: Mapping[str, Json]
) -> bytes:
    """Write a message as canonical JSON; raise Invalid for content the profile refuses."""
    return canonical(
        {
            "format": MESSAGE_FORMAT,
            "dispatch": dispatch,
            "kind": kind,
            "reference": reference,
            "issued": iso(issued),
            "content": dict(content),
        }
    )


def read_message(data: bytes) -> Message:
    """Read the canonical bytes of a message; raise Invalid when they are anything else."""
    body = parse_canonical(data)
    if not isinstance(body, dict) or body.get("format") != MESSAGE_FORMAT:
        raise Invalid("This is no message of a broker.", why=f"Its format is not {MESSAGE_FORMAT}.")
    try:
        return Message(
            dispatch=_uuid(body["dispatch"]),
            kind=_text(body["kind"]),
            reference=_text(body["reference"]),
            issued=parse_iso(_text(body["issued"])),
            content=_members(body["content"]),
            sha256=sha256_hex(data),
        )
    except (KeyError, TypeError, ValueError):
        raise Invalid("The message is incomplete.", why="A member is missing or odd.") from None


def sign_receipt(message: Message, *, key: SigningKey, received: datetime) -> bytes:
    """Return the signed receipt for `message` as canonical JSON.

    `{receipt: {format, dispatch, message_sha256, received}, keyid, signature}`: the signature
    (base64) is over the canonical bytes of `receipt`.
    """
    receipt = {
        "format": RECEIPT_FORMAT,
        "dispatch": message.dispatch,
        "message_sha256": message.sha256,
        "received": iso(received),
    }
    signature = base64.b64encode(key.sign(canonical(receipt))).decode("ascii")
    return canonical({"receipt": receipt, "keyid": fingerprint(key.spki()), "signature": signature})


def receipt_keyid(data: bytes) -> str:
    """Return the keyid a signed receipt names; raise Invalid when it names none."""
    return _text(_receipt_members(data)["keyid"])


def read_receipt(data: bytes, *, public: PublicKey) -> SignedReceipt:
    """Check a signed receipt against `public`; raise Invalid when it does not hold."""
    outer = _receipt_members(data)
    try:
        receipt = _members(outer["receipt"])
        signature = base64.b64decode(_text(outer["signature"]), validate=True)
        if outer["keyid"] != fingerprint(public.spki) or not public.verify(
            signature, canonical(receipt)
        ):
            raise Invalid("The receipt's signature does not hold.")
        return SignedReceipt(
            dispatch=_text(receipt["dispatch"]),
            message_sha256=_text(receipt["message_sha256"]),
            received=parse_iso(_text(receipt["received"])),
            keyid=_text(outer["keyid"]),
        )
    except (KeyError, TypeError, ValueError):
        raise Invalid("The receipt is incomplete.", why="A member is missing or odd.") from None


def _receipt_members(data: bytes) -> dict[str, Any]:
    outer = parse_json(data)
    if not isinstance(outer, dict) or not isinstance(outer.get("receipt"), dict):
        raise Invalid("This is no signed receipt.")
    if outer["receipt"].get("format") != RECEIPT_FORMAT or not isinstance(outer.get("keyid"), str):
        raise Invalid("This is no signed receipt.", why=f"Its format is not {RECEIPT_FORMAT}.")
    return outer


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _uuid(value: object) -> str:
    text = _text(value)
    if str(UUID(text)) != text:
        raise ValueError
    return text


def _members(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError
    return value
