"""A unit with a registered message key, and a way to send what it signs."""

import base64
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from broker.basics.clock import now
from broker.basics.ids import uuid7
from broker.crypto.http_signature import sign_request
from broker.crypto.keys import SigningKey, fingerprint, generate
from broker.parties.models import KeyForm, KeyUse, Organisation, OrganisationKind, PartyKey

HOST = "http://testserver"


@dataclass
class Sender:
    """Signs and sends as a program of one organisation."""

    key: SigningKey
    organisation: Organisation
    party_key: PartyKey

    def signed(
        self,
        method: str,
        path: str,
        *,
        body: bytes = b"",
        idempotency_key: str = "",
        at: datetime | None = None,
    ) -> dict[str, str]:
        given = {"idempotency-key": idempotency_key} if idempotency_key else {}
        return sign_request(
            method=method,
            url=f"{HOST}{path}",
            headers=given,
            body=body,
            key=self.key,
            keyid=fingerprint(self.key.spki()),
            at=at or now(),
        )

    def get(self, path: str, **changes: str) -> HttpResponse:
        return send("GET", path, self.signed("GET", path) | changes)

    def post(self, path: str, members: Any, *, idempotency_key: str | None = None) -> HttpResponse:
        body = members if isinstance(members, bytes) else json.dumps(members).encode()
        key = idempotency_key or str(uuid7())
        return send("POST", path, self.signed("POST", path, body=body, idempotency_key=key), body)


def send(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> HttpResponse:
    return Client().generic(
        method,
        path,
        body,
        content_type=headers.get("content-type", ""),
        headers={name: value for name, value in headers.items() if name != "content-type"},
    )


def register(organisation: Organisation, key: SigningKey) -> PartyKey:
    der = key.spki()
    return PartyKey.objects.create(
        organisation=organisation,
        use=KeyUse.MESSAGE,
        form=KeyForm.SPKI,
        value=base64.b64encode(der).decode(),
        sha256=fingerprint(der),
        valid_from=now() - timedelta(days=1),
        valid_to=now() + timedelta(days=365),
    )


def sender_of(slug: str, *, algorithm: str = "ed25519") -> Sender:
    organisation = Organisation.objects.create(slug=slug, name=slug, kind=OrganisationKind.UNIT)
    key = generate(algorithm)
    return Sender(key, organisation, register(organisation, key))


@pytest.fixture(params=["ed25519", "p256"])
def unit(request: pytest.FixtureRequest, db: None) -> Sender:
    return sender_of("unit", algorithm=request.param)
