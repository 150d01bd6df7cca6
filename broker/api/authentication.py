"""Turn a checked signature (RFC 9421) into the actor who sent the request."""

from typing import cast

from django.core.exceptions import DisallowedHost
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from broker.api.callers import caller_named
from broker.basics.actor import Actor
from broker.basics.clock import now
from broker.basics.errors import Invalid
from broker.crypto.http_signature import Verified, read_keyid, verify_request


class SignatureAuthentication(BaseAuthentication):
    """Every request of the API is signed with a registered message key; nothing else counts.

    A safe request may be repeated within its signature's window (at most 300 s). An unsafe
    one is used once: its nonce and its idempotency key are kept with the answer.
    """

    def authenticate(self, request: Request) -> tuple[Actor, Verified]:
        """Return the actor and what the signature says.

        Raises Unauthenticated, or DigestMismatch when the body is not the one announced.
        """
        caller = caller_named(read_keyid(request.headers))
        verified = verify_request(
            method=request.method or "",
            url=signed_url(request),
            headers=request.headers,
            body=request._request.body,
            public=caller.public,
            at=now(),
        )
        return caller.actor, verified

    def authenticate_header(self, request: Request) -> str:
        return 'Signature realm="broker", tag="broker-v1"'


def actor_of(request: Request) -> Actor:
    """Return the actor of a request that `SignatureAuthentication` let in."""
    return cast(Actor, request.user)


def signed_url(request: Request) -> str:
    """Return the absolute URL whose authority, path and query the signature covers."""
    try:
        return f"{request.scheme}://{request.get_host()}{request.get_full_path()}"
    except DisallowedHost:
        raise Invalid(
            "The request names a host that is not this broker's.",
            remedy="Send it to the address the operator gave you.",
        ) from None
