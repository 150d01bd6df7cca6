"""The signed webhook: one POST to the platform's address; its 2xx answer proves the receipt."""

from typing import Any

import httpx

from broker.basics.clock import now
from broker.basics.errors import Invalid, Refusal
from broker.courier.connector import Outcome, Post, ReceiptEvent
from broker.courier.guard import demand_url, guarded_client
from broker.courier.message import MAX_RECEIPT_BYTES, receipt_keyid
from broker.crypto.canonical import sha256_hex
from broker.crypto.http_signature import sign_request
from broker.crypto.keys import fingerprint
from broker.seals.keyring import signing_key

WHOLE_EXCHANGE_S = 10.0


class Webhook:
    """Signs with the broker's message key; the idempotency key is the dispatch's id."""

    receipt_event = ReceiptEvent.ANSWERED
    goes_out = True

    def send(self, post: Post) -> Outcome:
        """POST the message once. Only 2xx is a receipt; a redirect is a fault."""
        try:
            url = demand_url(post.address)
            with guarded_client(seconds=WHOLE_EXCHANGE_S) as client:
                return _exchange(client, url, post)
        except Refusal as fault:
            return Outcome(at=now(), fault=fault.what)
        except httpx.HTTPError as fault:
            return Outcome(at=now(), fault=f"{type(fault).__name__}: {fault}")


def _exchange(client: httpx.Client, url: httpx.URL, post: Post) -> Outcome:
    headers = _signed_headers(url, post)
    with client.stream("POST", url, headers=headers, content=post.body) as response:
        at = now()
        if not response.is_success:
            return Outcome(at=at, fault=f"The receiver answered {response.status_code}.")
        return Outcome(at=at, proof=_proof(response.status_code, _first_bytes(response)))


def _signed_headers(url: httpx.URL, post: Post) -> dict[str, str]:
    key = signing_key("message", "ed25519")
    return sign_request(
        method="POST",
        url=str(url),
        headers={
            "content-type": "application/json",
            "idempotency-key": post.dispatch,
            "accept": "application/json",
            "accept-encoding": "identity",
            "user-agent": "referral-broker",
        },
        body=post.body,
        key=key,
        keyid=fingerprint(key.spki()),
        at=now(),
    )


def _first_bytes(response: httpx.Response) -> bytes:
    """Return the answer's body, or nothing when it is too long for a receipt or breaks off."""
    read = bytearray()
    try:
        for chunk in response.iter_raw():
            read += chunk
            if len(read) > MAX_RECEIPT_BYTES:
                return b""
    except httpx.HTTPError:
        return b""
    return bytes(read)


def _proof(status: int, answer: bytes) -> dict[str, Any]:
    """Return what shows the receipt; a receipt that the receiver signed is kept whole."""
    proof: dict[str, Any] = {
        "event": ReceiptEvent.ANSWERED.value,
        "status": status,
        "answer_sha256": sha256_hex(answer),
    }
    try:
        proof["receipt_keyid"] = receipt_keyid(answer)
        proof["receipt"] = answer.decode("utf-8")
    except Invalid:
        pass
    return proof


CONNECTOR = Webhook()
