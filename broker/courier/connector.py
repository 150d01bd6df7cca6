"""The seam to the ways post leaves the house: what each connector promises."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib import import_module
from typing import Any, Protocol

from broker.basics.errors import Invalid


class ReceiptEvent(StrEnum):
    """What proves that the receiver has a message. Source: docs/architecture.md, journeys."""

    ANSWERED = "answered"  # a webhook's 2xx answer
    FETCHED = "fetched"  # acknowledged through the API, which then hands it over
    OPENED = "opened"  # opened on a page by an authenticated contact
    CONFIRMED = "confirmed"  # mail: a contact point confirmed it, never mere acceptance


@dataclass(frozen=True, slots=True)
class Post:
    """One message ready to go: its own key, its bytes, and where it goes."""

    dispatch: str
    kind: str
    address: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt. `at` is the instant of the answer (aware, UTC).

    `fault` empty: handed over. `proof` given: the receipt is proven, with what shows it.
    """

    at: datetime
    fault: str = ""
    proof: Mapping[str, Any] | None = field(default=None)


class Connector(Protocol):
    """A way to a party. `goes_out` False: the row itself lies in the receiver's inbox."""

    receipt_event: ReceiptEvent
    goes_out: bool

    def send(self, post: Post) -> Outcome:
        """Try once, within 10 seconds; never raise for what the other side does.

        Called outside any transaction, possibly twice for one dispatch: at least once.
        """


@cache
def connector_named(name: str) -> Connector:
    """Return the connector `broker.courier.connectors.<name>`; raise Invalid if there is none."""
    try:
        connector: Connector = import_module(f"broker.courier.connectors.{name}").CONNECTOR
    except ModuleNotFoundError:
        raise Invalid(
            f"Post by {name} is not part of this installation.",
            remedy="Register another contact point for this organisation.",
        ) from None
    return connector
