"""An order on content as a platform reads it: who signed it is checked before it is worked."""

import base64
import binascii
from collections.abc import Iterable, Mapping
from typing import Any

from broker.basics.errors import Invalid
from broker.courier.message import Message
from broker.crypto.canonical import canonical
from broker.crypto.keys import PublicKey

# A platform's own program names the messages it hears.
__all__ = ["Message", "verified_order"]


def verified_order(message: Message, *, order_keys: Iterable[PublicKey]) -> Mapping[str, Any]:
    """Return the order a message carries, signed by one of the units' `order_keys`.

    The keys come from elsewhere than the broker. Raises Invalid when the message carries no
    order, or none of the keys has signed exactly this one.
    """
    order, key = message.content.get("order"), _named_key(message, order_keys)
    if not isinstance(order, dict) or not key.verify(_signature(message), canonical(order)):
        raise Invalid(
            "The order is not signed by the unit that it names.",
            why="Its signature does not hold under the unit's key.",
            remedy="Do not act on it; ask the unit by telephone.",
        )
    return order


def _named_key(message: Message, order_keys: Iterable[PublicKey]) -> PublicKey:
    for key in order_keys:
        if key.fingerprint == message.content.get("key_sha256"):
            return key
    raise Invalid(
        "The order is signed with a key that is not known here.",
        why=f"It names {str(message.content.get('key_sha256'))[:16]}.",
        remedy="Ask the unit for its order key, by another way than the broker.",
    )


def _signature(message: Message) -> bytes:
    try:
        return base64.b64decode(str(message.content.get("signature")), validate=True)
    except binascii.Error:
        return b""
