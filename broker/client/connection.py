"""Signed requests to a broker: every act keeps its idempotency key through all its retries."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self
from urllib.parse import urlencode

import httpx

from broker.basics.clock import now
from broker.basics.errors import Unavailable
from broker.basics.ids import uuid7
from broker.client.answers import Answer, read_answer
from broker.crypto.http_signature import sign_request
from broker.crypto.keys import SigningKey, fingerprint

# Waits before the second, third, ... attempt, in seconds.
WAITS = (0.2, 0.5, 1.0, 2.0, 4.0)
_TRY_AGAIN = frozenset({429, 500, 502, 503, 504})


class Connection:
    """Signs with one registered message key; safe to share between threads.

    `base_url` is the broker's public address, such as https://broker.example. `transport`
    replaces the network (a certificate authority of one's own, or a test).
    """

    def __init__(
        self,
        base_url: str,
        key: SigningKey,
        keyid: str | None = None,
        *,
        timeout_s: float = 30.0,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._key = key
        self._keyid = keyid or fingerprint(key.spki())
        self.pause = sleep
        self.http = httpx.Client(timeout=timeout_s, transport=transport, follow_redirects=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        """Return the members of the answer to a GET of `path` (below /api/v1)."""
        return self._tried("GET", self._url(path, query), b"", {}).members

    def post(
        self,
        path: str,
        members: Mapping[str, Any] | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> Answer:
        """Act once: send JSON members and return the answer.

        Give `idempotency_key` to repeat an act of an earlier run. Raises the broker's refusal,
        Unavailable when it cannot be reached after all retries.
        """
        body = json.dumps(members or {}, ensure_ascii=False).encode("utf-8")
        return self.post_bytes(path, body, "application/json", idempotency_key=idempotency_key)

    def post_bytes(
        self, path: str, body: bytes, content_type: str, *, idempotency_key: str | None = None
    ) -> Answer:
        """Act once with a body of any type; as `post`."""
        headers = {
            "content-type": content_type,
            "idempotency-key": idempotency_key or str(uuid7()),
        }
        return self._tried("POST", self._url(path), body, headers)

    @contextmanager
    def stream(self, path: str, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        """Open a signed GET whose body is read as it comes; `headers` go unsigned."""
        url = self._url(path)
        signed = {**headers, **self._signed("GET", url, b"", {})}
        with self.http.stream("GET", url, headers=signed) as response:
            yield response

    def _url(self, path: str, query: Mapping[str, str] | None = None) -> str:
        asked = f"?{urlencode(query)}" if query else ""
        return f"{self.base_url}/api/v1{path}{asked}"

    def _tried(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send until the broker answers for good; each attempt has a signature of its own."""
        for wait in WAITS:
            try:
                response = self._sent(method, url, body, headers)
            except httpx.TransportError:
                self.pause(wait)
                continue
            if response.status_code not in _TRY_AGAIN:
                return read_answer(response)
            self.pause(max(wait, _asked_wait(response)))
        try:
            return read_answer(self._sent(method, url, body, headers))
        except httpx.TransportError as fault:
            raise _unreachable(fault) from fault

    def _sent(
        self, method: str, url: str, body: bytes, headers: Mapping[str, str]
    ) -> httpx.Response:
        signed = self._signed(method, url, body, headers)
        return self.http.request(method, url, content=body, headers=signed)

    def _signed(
        self, method: str, url: str, body: bytes, headers: Mapping[str, str]
    ) -> dict[str, str]:
        return sign_request(
            method=method,
            url=url,
            headers={**headers, "accept": "application/json"},
            body=body,
            key=self._key,
            keyid=self._keyid,
            at=now(),
        )


def _asked_wait(response: httpx.Response) -> float:
    """Return the seconds of Retry-After, at most 30."""
    written = response.headers.get("retry-after", "")
    return min(float(written), 30.0) if written.isascii() and written.isdigit() else 0.0


def _unreachable(fault: Exception) -> Unavailable:
    return Unavailable(
        "The broker cannot be reached.",
        why=f"{type(fault).__name__}: {fault}",
        remedy="Check address and network; repeating with the same idempotency key is safe.",
    )
