"""The unit's and the platforms' programs: they sign, retry with the same key, and dedup."""

import base64
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Any

from broker.basics.errors import Refusal, Unavailable, WrongState
from broker.client.answers import Answer
from broker.client.book import Book
from broker.client.broker_client import BrokerClient
from broker.client.listening import Listener
from broker.courier.message import Message
from broker.crypto.keys import PublicKey, load_pem

_AGAIN_S = 0.4
ITEMS = (1, 2)


class Plan(StrEnum):
    """What the platform will do; it reads it from the address it is asked about."""

    WHOLE = "whole"
    PARTS = "parts"
    SILENT = "silent"


@dataclass(frozen=True)
class Journey:
    number: int
    plan: Plan
    binding: bool
    platform: str

    @property
    def targets(self) -> list[str]:
        return [f"https://video.example/{self.plan}/{self.number}/{item}" for item in ITEMS]

    @property
    def members(self) -> dict[str, Any]:
        """What is posted to file it; a binding order begins as a draft."""
        reasons = "A3_reasons" if self.binding else "B2_reasons"
        return {
            "instrument": "demo-ten-seconds" if self.binding else "policy-two-hours",
            "platform": self.platform,
            "targets": self.targets,
            "form": {reasons: f"It glorifies an attack, case {self.number}."},
            "send": not self.binding,
        }


class Patience:
    """How long the parties go on trying: until an instant (monotonic seconds), or told."""

    def __init__(self, until: float) -> None:
        self.until = until

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self.until

    def end(self) -> None:
        self.until = 0.0

    def until_done[T](self, act: Callable[[], T]) -> T:
        """Repeat `act` while the broker cannot be reached, or has not come so far yet."""
        while True:
            try:
                return act()
            except (Unavailable, WrongState):
                if self.is_over:
                    raise
                time.sleep(_AGAIN_S)


class Unit:
    """Files, drafts and sends from many threads; now and then repeats what was accepted."""

    def __init__(self, client: BrokerClient, chance: random.Random, patience: Patience) -> None:
        self.client, self.chance, self.patience = client, chance, patience
        self.repeated = 0

    def travel(self, journey: Journey) -> str:
        """Bring one journey on its way and return its reference."""
        filed = self._act("/referrals", journey.members, f"file-{journey.number}")
        reference = str(filed["reference"])
        if journey.binding:
            self._await_approval(reference)
            self._act(f"/referrals/{reference}/send", {}, f"send-{journey.number}")
        return reference

    def _act(self, path: str, members: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        def act() -> Answer:
            return self.client.post(path, members, idempotency_key=key)

        answer = self.patience.until_done(act).members
        if self.chance.random() < 0.2:
            self.repeated += 1
            again = self.patience.until_done(act).members
            assert again == answer, f"{key}: a repeat was answered differently"
        return answer

    def _await_approval(self, reference: str) -> None:
        while True:
            shown = self.patience.until_done(lambda: self.client.referral(reference))
            if shown["state"] == "approved":
                return
            assert not self.patience.is_over, f"{reference} was never approved"
            time.sleep(_AGAIN_S)


class Answering:
    """A platform's people: each order that came in is answered as its address says."""

    def __init__(self, client: BrokerClient, patience: Patience) -> None:
        self.client, self.patience = client, patience
        self.heard: Counter[str] = Counter()
        self.faults: list[str] = []
        self._pool = ThreadPoolExecutor(24)
        self._futures: list[Future[None]] = []

    def hear(self, message: Message) -> None:
        """Take in one message; called once for each dispatch."""
        self.heard[message.dispatch] += 1
        if message.kind == "referral.order":
            self._futures.append(self._pool.submit(self._answer, message))

    def _answer(self, message: Message) -> None:
        plan = message.content["order"]["items"][0]["url"].split("/")[3]
        parts = {Plan.WHOLE: [ITEMS], Plan.PARTS: [ITEMS[:1], ITEMS[1:]], Plan.SILENT: []}
        try:
            for part in parts[Plan(plan)]:
                self._say(message.reference, part)
        except (Refusal, AssertionError) as fault:
            self.faults.append(f"{message.reference}: {fault}")

    def _say(self, reference: str, part: tuple[int, ...]) -> None:
        answers = [{"item": item, "outcome": "removed"} for item in part]
        key = f"answer {reference} {part}"
        self.patience.until_done(
            lambda: self.client.answer(reference, answers, idempotency_key=key)
        )

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


class MoodyListener(Listener):
    """Refuses some messages once, and takes some in without being able to say so."""

    def __init__(self, *words: Any, chance: random.Random, **named: Any) -> None:
        super().__init__(*words, **named)
        self.chance, self.moods = chance, Counter[str]()
        self._met: set[str] = set()
        self._turn = threading.Lock()
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]

    def receive(self, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
        key = headers.get("idempotency-key") or headers.get("Idempotency-Key", "")
        mood = self._mood(key)
        if mood == "refused":
            raise Unavailable("Not now.")
        receipt = super().receive(path, headers, body)
        if mood == "answer lost":
            raise ConnectionResetError("the answer is lost")
        return receipt

    def _mood(self, key: str) -> str:
        """Choose a mood at the first meeting with a dispatch; every other one goes well."""
        with self._turn:
            first = key not in self._met
            self._met.add(key)
            mood = "taken"
            if first:
                mood = self.chance.choices(["taken", "refused", "answer lost"], [16, 2, 2])[0]
            self.moods["taken" if first else "met again"] += mood == "taken"
            self.moods[mood] += mood != "taken"
            return mood


def listener(
    address: str, seeded: Mapping[str, str], name: str, *, hear: Any, folder: Path, seed: int
) -> MoodyListener:
    """Return the webhook receiver of the organisation `name`, not yet started."""
    broker = PublicKey.from_spki(base64.b64decode(seeded["broker"]))
    key = load_pem(seeded[name].encode())
    book = Book(folder / f"{name}.book")
    return MoodyListener(address, broker, key, book, hear=hear, chance=random.Random(seed))


def watch_inbox(client: BrokerClient, answering: Answering, told_to_stop: threading.Event) -> None:
    """Take in what waits; what was under way when the line broke is asked for again."""
    owed: set[str] = set()
    while not told_to_stop.wait(_AGAIN_S):
        try:
            owed.update(one.dispatch for one in islice(client.inbox(), 50))
            for message in client.take_in(owed):
                if message.dispatch not in answering.heard:
                    answering.hear(message)
            owed.clear()
        except Unavailable:
            continue
