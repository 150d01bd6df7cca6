"""Full intake of one referral by API against a bare one-row create on the same server."""

import http.client
import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from gunicorn.app.base import BaseApplication

from broker.basics.clock import now
from broker.basics.ids import uuid7
from broker.crypto.http_signature import sign_request
from broker.crypto.keys import SigningKey, fingerprint
from broker.demo.bench import arena, bare, parties
from broker.parties.models import Organisation

REQUESTS = 400
CLIENTS = 4
_PATH = "/api/v1/referrals"
_numbers = count()


@dataclass(frozen=True, slots=True)
class Ready:
    """A request ready to be sent."""

    path: str
    body: bytes
    headers: dict[str, str]


class _Server(BaseApplication):
    """gunicorn inside the bench's own process, with the bench's databases."""

    def __init__(self, port: int) -> None:
        self._settings = {
            "bind": f"127.0.0.1:{port}",
            "workers": arena.cores(),
            "threads": 2,
            "keepalive": 30,
            "loglevel": "error",
            "control_socket_disable": True,
        }
        super().__init__()  # type: ignore[no-untyped-call]

    def load_config(self) -> None:
        assert self.cfg is not None
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return get_wsgi_application()


def measure(*, rounds: int) -> dict[str, float]:
    """Return `intake_ratio`, `intake_round_trips` and requests per second of both arms."""
    bare.make_table()
    settings.ROOT_URLCONF = "broker.demo.bench.bare"
    unit, platform = parties.unit(), parties.platform()
    key = parties.message_key(unit)
    port = _free_port()
    with _served(port):
        _load(port, _intakes(platform, key, port, 40))
        _load(port, _bares(40))
        full, plain, ratio = arena.interleaved(
            lambda: _load(port, _intakes(platform, key, port, REQUESTS)),
            lambda: _load(port, _bares(REQUESTS)),
            rounds=rounds,
        )
        trips = _round_trips(_intakes(platform, key, port, 2))
    return {
        "intake_ratio": round(ratio, 3),
        "intake_round_trips": trips,
        "intake_per_s": round(full),
        "bare_per_s": round(plain),
    }


def _intakes(platform: Organisation, key: SigningKey, port: int, many: int) -> list[Ready]:
    """Return signed requests, each for a referral of its own; signing is not timed."""
    return [_intake(platform, key, port, next(_numbers)) for _ in range(many)]


def _intake(platform: Organisation, key: SigningKey, port: int, number: int) -> Ready:
    body = json.dumps(
        {
            "instrument": "policy-two-hours",
            "platform": platform.slug,
            "targets": [f"https://video.example/watch?v={number}"],
            "form": {"B2_reasons": "It glorifies an attack."},
            "send": True,
        }
    ).encode()
    headers = sign_request(
        method="POST",
        url=f"http://localhost:{port}{_PATH}",
        headers={"idempotency-key": str(uuid7())},
        body=body,
        key=key,
        keyid=fingerprint(key.spki()),
        at=now(),
    )
    return Ready(_PATH, body, {**headers, "host": f"localhost:{port}"})


def _bares(many: int) -> list[Ready]:
    body = json.dumps(
        {
            "reference": "R-7K3M-Q9TX-4WBN",
            "url": "https://video.example/watch?v=1",
            "reasons": "It glorifies an attack.",
        }
    ).encode()
    headers = {"content-type": "application/json", "host": "localhost"}
    return [Ready("/bench/bare", body, headers)] * many


def _load(port: int, requests: Sequence[Ready]) -> float:
    """Send the requests over a few kept connections; return requests per second."""
    shares = [requests[number::CLIENTS] for number in range(CLIENTS)]
    threads = [threading.Thread(target=_send_all, args=(port, share)) for share in shares]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(requests) / (time.perf_counter() - began)


def _send_all(port: int, share: Sequence[Ready]) -> None:
    client = http.client.HTTPConnection("127.0.0.1", port)
    for ready in share:
        client.request("POST", ready.path, ready.body, ready.headers)
        response = client.getresponse()
        told = response.read()
        if response.status != 201:
            raise RuntimeError(f"{ready.path} answered {response.status}: {told[:300]!r}")
    client.close()


@contextmanager
def _served(port: int) -> Iterator[None]:
    with arena.beside(_Server(port).run):
        for _ in range(200):
            try:
                http.client.HTTPConnection("127.0.0.1", port, timeout=1).connect()
                break
            except OSError:
                time.sleep(0.05)
        yield


def _free_port() -> int:
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _round_trips(requests: Sequence[Ready]) -> int:
    """Count statements of one warm intake on both databases, BEGIN and COMMIT included."""
    from django.test import Client

    client = Client()
    first, second = requests
    _post(client, first)
    with (
        CaptureQueriesContext(connection) as main,
        CaptureQueriesContext(connections["seals"]) as seals,
    ):
        _post(client, second)
    return len(main) + len(seals)


def _post(client: Any, ready: Ready) -> None:
    headers = {name: value for name, value in ready.headers.items() if name != "content-type"}
    kind = ready.headers["content-type"]
    response = client.generic(
        "POST",
        ready.path,
        ready.body,
        content_type=kind,
        headers=headers,
        HTTP_HOST=ready.headers["host"],
    )
    if response.status_code != 201:
        raise RuntimeError(f"intake answered {response.status_code}: {response.content[:300]!r}")
