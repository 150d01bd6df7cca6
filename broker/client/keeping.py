"""The folder of a platform's messages: one file for each, and what is just being taken in."""

import json
from collections.abc import Iterable
from pathlib import Path

from broker.basics.durable import write_whole
from broker.courier.message import Message, message_bytes

_UNDER_WAY = ".taking-in"


def keep(message: Message, folder: Path) -> Path:
    """Write a message to `folder`, named by its dispatch, for the verb seal; return the file."""
    path = folder / f"{message.dispatch}.json"
    write_whole(
        path,
        message_bytes(
            dispatch=message.dispatch,
            kind=message.kind,
            reference=message.reference,
            issued=message.issued,
            content=message.content,
        ),
        mode=0o600,
    )
    return path


def note_wanted(dispatches: Iterable[str], folder: Path) -> list[str]:
    """Note what is about to be taken in; return it with what a killed run left undone.

    What was taken in no longer waits in the inbox: without the note nobody would ask again.
    """
    path = folder / _UNDER_WAY
    left = json.loads(path.read_bytes()) if path.exists() else []
    wanted = sorted({*left, *dispatches})
    write_whole(path, json.dumps(wanted).encode())
    return wanted


def forget_wanted(folder: Path) -> None:
    """Drop the note: everything it names is kept."""
    (folder / _UNDER_WAY).unlink(missing_ok=True)
