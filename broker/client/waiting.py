"""What waits in an organisation's inbox, as the broker lists it before it is taken in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from broker.basics.clock import parse_iso
from broker.basics.errors import Invalid
from broker.courier.message import Message, read_message
from broker.crypto.canonical import canonical


@dataclass(frozen=True, slots=True)
class Waiting:
    """One message that waits; `message` is None for what is shown only when it is taken in."""

    dispatch: str
    kind: str
    reference: str
    created: datetime
    due: datetime | None
    message: Message | None


def read_waiting(members: Mapping[str, Any]) -> Waiting:
    """Read one line of the inbox; raise Invalid when it is anything else."""
    try:
        due, message = members["due"], members["message"]
        return Waiting(
            dispatch=str(members["dispatch"]),
            kind=str(members["kind"]),
            reference=str(members["reference"]),
            created=parse_iso(members["created"]),
            due=parse_iso(due) if due else None,
            message=None if message is None else read_message(canonical(message)),
        )
    except (KeyError, TypeError, ValueError):
        raise Invalid("The broker's inbox cannot be read.", why="A line is incomplete.") from None
