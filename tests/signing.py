"""Send signed requests as a program of an organisation does."""

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from broker.basics.clock import now
from broker.basics.ids import uuid7
from broker.crypto.http_signature import sign_request
from broker.crypto.keys import SigningKey, fingerprint
from broker.parties.models import Organisation
from tests import factories

HOST = "http://testserver"


class Program:
    """A program with a registered message key of `organisation`."""

    def __init__(self, organisation: Organisation, key: SigningKey | None = None) -> None:
        self.organisation = organisation
        self.key = key or factories.message_key(organisation)
        self.client = Client()

    def get(self, path: str) -> HttpResponse:
        return self._send("GET", path, b"", {})

    def post(self, path: str, members: Any, *, key: str | None = None) -> HttpResponse:
        body = members if isinstance(members, bytes) else json.dumps(members).encode()
        return self._send("POST", path, body, {"idempotency-key": key or str(uuid7())})

    def _send(self, method: str, path: str, body: bytes, given: dict[str, str]) -> HttpResponse:
        headers = sign_request(
            method=method,
            url=f"{HOST}{path}",
            headers=given,
            body=body,
            key=self.key,
            keyid=fingerprint(self.key.spki()),
            at=now(),
        )
        kind = headers.pop("content-type", "")
        return self.client.generic(method, path, body, content_type=kind, headers=headers)
