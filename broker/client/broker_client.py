"""The broker from a platform's or a unit's side: one method for each thing one does there."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from broker.client.answers import Answer
from broker.client.connection import Connection
from broker.client.downloading import Tell, download
from broker.client.uploading import note_accepted, upload_payload
from broker.client.waiting import Waiting, read_waiting
from broker.courier.message import Message, read_message
from broker.crypto.canonical import canonical, sha256_hex

_AT_ONCE = 20  # how many messages one answer brings: each may be long


class BrokerClient(Connection):
    """See Connection for how it signs and retries; every method may raise a Refusal."""

    def inbox(self) -> Iterator[Waiting]:
        """Yield what waits, oldest first; reading it changes nothing, so it shows no order."""
        cursor = ""
        while True:
            page = self.get("/inbox", {"cursor": cursor} if cursor else None)
            for line in page["results"]:
                yield read_waiting(line)
            cursor = page.get("next") or ""
            if not cursor:
                return

    def take_in(self, dispatches: Iterable[str]) -> list[Message]:
        """Prove the receipt of these messages and return them: clocks start.

        The same dispatches give the same messages, however often; one that was called back
        before it was taken in is left out.
        """
        wanted = sorted(set(dispatches))
        return [
            read_message(canonical(message))
            for start in range(0, len(wanted), _AT_ONCE)
            for message in self._acknowledged(wanted[start : start + _AT_ONCE])
        ]

    def _acknowledged(self, wanted: Sequence[str]) -> list[Any]:
        key = _key_for(*wanted)
        answer = self.post("/inbox", {"dispatches": wanted}, idempotency_key=key)
        return list(answer.members["messages"])

    def file(self, referral: Mapping[str, Any], *, idempotency_key: str | None = None) -> Answer:
        """File a referral from a unit's system."""
        return self.post("/referrals", referral, idempotency_key=idempotency_key)

    def referral(self, reference: str) -> Mapping[str, Any]:
        """Return a referral as this organisation may see it."""
        return self.get(_case("referrals", reference))

    def answer(
        self,
        reference: str,
        items: Sequence[Mapping[str, Any]],
        *,
        idempotency_key: str | None = None,
    ) -> Answer:
        """Answer items of a referral: `{item, outcome, ...}` each; every item has its result."""
        path = f"{_case('referrals', reference)}/answers"
        return self.post(path, {"answers": list(items)}, idempotency_key=idempotency_key)

    def request(self, reference: str) -> Mapping[str, Any]:
        """Return an evidence request as this organisation may see it."""
        return self.get(_case("requests", reference))

    def step(
        self,
        kind: str,
        reference: str,
        verb: str,
        members: Mapping[str, Any] | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> Answer:
        """Take any other step: `step("requests", reference, "refusal", {...})`."""
        path = f"{_case(kind, reference)}/{quote(verb, safe='')}"
        return self.post(path, members, idempotency_key=idempotency_key)

    def upload(self, reference: str, folder: Path, *, tell: Tell | None = None) -> Answer:
        """Upload a sealed package (`payload.bin` and `envelope.zip` in `folder`).

        Goes on where an earlier run broke off, and repeats nothing that was accepted.
        """
        case = _case("requests", reference)
        sha256 = upload_payload(self, f"{case}/uploads", folder, tell=tell)
        envelope = (folder / "envelope.zip").read_bytes()
        answer = self.post_bytes(
            f"{case}/packages",
            envelope,
            "application/zip",
            idempotency_key=_key_for(reference, sha256),
        )
        note_accepted(folder / "payload.bin", sha256)
        return answer

    def download(self, package_id: str, target: Path, *, tell: Tell | None = None) -> int:
        """Fetch a package into the file `target`, resuming what is there; return its size."""
        return download(self, f"/packages/{quote(package_id, safe='')}/content", target, tell=tell)


def _case(kind: str, reference: str) -> str:
    return f"/{kind}/{quote(reference, safe='')}"


def _key_for(*parts: str) -> str:
    """Return an idempotency key that the same act has in every run."""
    return sha256_hex(json.dumps(parts).encode())
