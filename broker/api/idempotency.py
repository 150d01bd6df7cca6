"""One request, one act: what was asked, and the answer kept with the act it brought."""

import hashlib
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

from rest_framework.request import Request

from broker.access.acting import looking
from broker.api.models import IdempotencyRow
from broker.basics import rows
from broker.basics.actor import Actor
from broker.basics.errors import Conflict, Invalid
from broker.crypto.http_signature import Verified
from broker.ledger.append import Appended, promise_for, promise_of

_MOST = 100


@dataclass(frozen=True, slots=True)
class Done:
    """What an act answers: status, JSON members, and the ledger event it wrote.

    `event_id` brings the ledger's promise along; `accepted`, what `append` returned for the
    same event, saves reading it back.
    """

    status: int
    body: dict[str, Any]
    event_id: UUID | None = None
    accepted: Appended | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """An unsafe request by what makes it the same request: key and digest, not signature."""

    actor: Actor
    organisation: str
    operation: str
    key: str
    digest: str
    verified: Verified


def asked(request: Request, actor: Actor) -> Asked:
    """Return what `request` asks; raise Invalid without a body or a usable idempotency key."""
    key = request.headers.get("Idempotency-Key", "")
    body = request._request.body
    if not body or not key or len(key) > _MOST:
        raise Invalid(
            "The request carries no body or no usable idempotency key.",
            why="A repeated request must be the same act, not a second one.",
            remedy=f"Send a body, at least {{}}, and an Idempotency-Key of up to {_MOST} letters.",
        )
    match, method = request.resolver_match, request.method or ""
    return Asked(
        actor=actor,
        organisation=cast(str, actor.organisation),
        operation=f"{method} {match.route if match else request.path}"[:120],
        key=key,
        digest=_digest(method, request.get_full_path(), body),
        verified=cast(Verified, request.auth),
    )


def _digest(method: str, path: str, body: bytes) -> str:
    hasher = hashlib.sha256(f"{method}\n{path}\n".encode())
    hasher.update(body)
    return hasher.hexdigest()


def keep(ask: Asked, done: Done) -> None:
    """Insert the answer's row as the act's last statement, in the act's own transaction.

    Raises IntegrityError when the key or the nonce is taken: the act is then undone.
    """
    row = IdempotencyRow(
        organisation_id=ask.organisation,
        operation=ask.operation,
        idempotency_key=ask.key,
        keyid=ask.verified.keyid,
        nonce=ask.verified.nonce,
        digest=ask.digest,
        status=done.status,
        body=done.body,
        headers=done.headers,
        event_id=done.accepted.event_id if done.accepted else done.event_id,
    )
    rows.insert(row)


def kept(ask: Asked) -> Done | None:
    """Return the stored answer to the same request, or None.

    Raises Conflict when the idempotency key stands for another request, or the signature was
    used for one.
    """
    with looking(ask.actor):
        row = IdempotencyRow.objects.filter(
            organisation_id=ask.organisation,
            operation=ask.operation,
            idempotency_key=ask.key,
        ).first()
        spent = row is None and _nonce_is_spent(ask)
    if spent or (row is not None and row.digest != ask.digest):
        raise _conflict(spent=spent)
    return _stored(row) if row else None


def _stored(row: IdempotencyRow) -> Done:
    return Done(row.status, row.body, row.event_id, headers=row.headers)


def _nonce_is_spent(ask: Asked) -> bool:
    return IdempotencyRow.objects.filter(
        keyid=ask.verified.keyid, nonce=ask.verified.nonce
    ).exists()


def _conflict(*, spent: bool) -> Conflict:
    if spent:
        return Conflict(
            "This signature was used before.",
            why="Its nonce stands with another accepted request.",
            remedy="Sign the request anew with a fresh nonce.",
        )
    return Conflict(
        "This idempotency key was used for a different request.",
        why="A key stands for one request: same method, path, query and body.",
        remedy="Use a new key for a new request.",
    )


def with_promise(done: Done) -> dict[str, Any]:
    """Return the answer with the ledger's promise of inclusion; ask for it after the commit."""
    if done.accepted is not None:
        return {**done.body, "promise": promise_of(done.accepted)}
    if done.event_id is not None:
        return {**done.body, "promise": promise_for(done.event_id)}
    return done.body
