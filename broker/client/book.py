"""The book of what came in: each message and the receipt it got, durable before the answer.

One line of JSON a fact, appended and synchronised. Messages that were received and not yet
worked are found again after any stop.
"""

import base64
import json
import os
from pathlib import Path
from threading import Lock
from typing import Any

from broker.courier.message import Message, read_message


class Book:
    """The book in the file `path`; one process writes it, its threads may share it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._receipts: dict[str, bytes] = {}
        self._waiting: dict[str, bytes] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        self._cut_torn_line()
        for line in path.read_bytes().splitlines():
            self._remember(json.loads(line))

    def receipt_of(self, dispatch: str) -> bytes | None:
        """Return the first receipt that was given for a dispatch."""
        return self._receipts.get(dispatch)

    def enter(self, message: Message, data: bytes, receipt: bytes) -> bytes:
        """Write a message down, durably, and return its receipt: for a repeat, the first one."""
        with self._lock:
            if known := self._receipts.get(message.dispatch):
                return known
            self._append(
                {
                    "dispatch": message.dispatch,
                    "message": base64.b64encode(data).decode("ascii"),
                    "receipt": receipt.decode("utf-8"),
                }
            )
            return receipt

    def settle(self, dispatch: str) -> None:
        """Write down that a message was worked."""
        with self._lock:
            self._append({"dispatch": dispatch, "settled": True})

    def waiting(self) -> list[Message]:
        """Return the messages that were received and not settled, oldest first."""
        with self._lock:
            return [read_message(data) for data in self._waiting.values()]

    def _append(self, fact: dict[str, Any]) -> None:
        with self._path.open("ab") as file:
            file.write(json.dumps(fact).encode("ascii") + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self._remember(fact)

    def _remember(self, fact: dict[str, Any]) -> None:
        if fact.get("settled"):
            self._waiting.pop(fact["dispatch"], None)
            return
        self._receipts[fact["dispatch"]] = fact["receipt"].encode("utf-8")
        self._waiting[fact["dispatch"]] = base64.b64decode(fact["message"])

    def _cut_torn_line(self) -> None:
        """Drop a last line that a crash cut short: its message was never answered."""
        with self._path.open("a+b") as file:
            file.seek(0)
            whole = file.read()
            file.truncate(whole.rfind(b"\n") + 1)
