"""Turn every refusal into a problem document (RFC 9457) and one line in the log."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import OperationalError
from django.http import Http404
from rest_framework import exceptions as drf
from rest_framework.response import Response

from broker.basics import errors
from broker.basics.errors import Refusal

log = logging.getLogger("broker.api")

CONTENT_TYPE = "application/problem+json"
STATUS: dict[str, int] = {
    errors.Invalid.kind: HTTPStatus.BAD_REQUEST,
    errors.DigestMismatch.kind: HTTPStatus.BAD_REQUEST,
    errors.Unauthenticated.kind: HTTPStatus.UNAUTHORIZED,
    errors.NotAllowed.kind: HTTPStatus.FORBIDDEN,
    errors.NotFound.kind: HTTPStatus.NOT_FOUND,
    errors.WrongState.kind: HTTPStatus.CONFLICT,
    errors.Conflict.kind: HTTPStatus.CONFLICT,
    errors.Expired.kind: HTTPStatus.GONE,
    errors.TooLarge.kind: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.Unavailable.kind: HTTPStatus.SERVICE_UNAVAILABLE,
}


class Internal(Refusal):
    """A fault of the house; its details are in the log, never in the answer."""

    kind = "internal"


class _Framework(Refusal):
    """A refusal that the web framework raised; its status comes with it."""

    def __init__(self, fault: drf.APIException) -> None:
        super().__init__(HTTPStatus(fault.status_code).phrase + ".", why=str(fault.detail))
        self.status = fault.status_code


def handle(fault: Exception, context: Mapping[str, Any]) -> Response:
    """Return the problem document for whatever a view of the API raised."""
    refusal = as_refusal(fault)
    status = status_of(refusal)
    _write_line(refusal, status, context)
    if isinstance(refusal, Internal):
        log.error("api_fault", exc_info=fault)
        got_request_exception.send(sender=type(context.get("view")), request=context["request"])
    return Response(
        document(refusal),
        status=status,
        content_type=CONTENT_TYPE,
        headers=_headers(fault, refusal),
    )


def document(refusal: Refusal) -> dict[str, Any]:
    """Return the problem document as JSON members; fields only where some are at fault."""
    kind = kind_of(refusal)
    members: dict[str, Any] = {
        "type": f"{settings.PUBLIC_URL}/api/v1/problems/{kind}",
        "title": refusal.what,
        "status": int(status_of(refusal)),
        "detail": " ".join(part for part in (refusal.why, refusal.remedy) if part),
        "kind": kind,
        "what": refusal.what,
        "why": refusal.why,
        "remedy": refusal.remedy,
    }
    if refusal.fields:
        members["fields"] = refusal.fields
    return members


def status_of(refusal: Refusal) -> int:
    """Return the HTTP status for a refusal's kind."""
    if isinstance(refusal, _Framework):
        return refusal.status
    return STATUS.get(refusal.kind, HTTPStatus.INTERNAL_SERVER_ERROR)


def kind_of(refusal: Refusal) -> str:
    """Return the refusal's kind, or for one of the framework the status in words."""
    if isinstance(refusal, _Framework):
        return HTTPStatus(refusal.status).phrase.lower().replace(" ", "-")
    return refusal.kind


def as_refusal(fault: Exception) -> Refusal:
    """Return `fault` as a kind of refusal that the house knows."""
    if isinstance(fault, Refusal):
        return fault
    if isinstance(fault, drf.APIException):
        return _from_framework(fault)
    for kind, refusal in _FOREIGN.items():
        if isinstance(fault, kind):
            return refusal
    return Internal(
        "The broker failed on this request.",
        why="The fault lies here and is in the operator's log.",
        remedy="Try again with the same idempotency key; tell the operator if it stays.",
    )


_FOREIGN: dict[type[Exception], Refusal] = {
    Http404: errors.NotFound("There is nothing here."),
    PermissionDenied: errors.NotAllowed("You may not do this."),
    RequestDataTooBig: errors.TooLarge(
        "The request body is too large.", remedy="Send fewer items in one request."
    ),
    SuspiciousOperation: errors.Invalid("The request cannot be read."),
    OperationalError: errors.Unavailable(
        "The database did not answer in time.",
        remedy="Send the request again with the same idempotency key.",
    ),
}


def _from_framework(fault: drf.APIException) -> Refusal:
    if isinstance(fault, drf.ValidationError):
        return errors.Invalid(
            "The request has fields that do not hold.",
            remedy="Correct the fields named and send it again.",
            fields=dict(_flat(fault.detail)),
        )
    if isinstance(fault, drf.ParseError):
        return errors.Invalid("The request body cannot be read.", why=str(fault.detail))
    if isinstance(fault, drf.NotFound):
        return errors.NotFound("There is nothing here.")
    return _Framework(fault)


def _flat(detail: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """Yield (dotted path, faults) for the nested errors of a serializer."""
    if isinstance(detail, Mapping):
        members = [(str(name), inner) for name, inner in detail.items()]
    elif any(isinstance(inner, Mapping | list) for inner in detail):
        members = [(str(number), inner) for number, inner in enumerate(detail) if inner]
    else:
        yield path or "request", [str(fault) for fault in _listed(detail)]
        return
    for name, inner in members:
        yield from _flat(_listed(inner), f"{path}.{name}" if path else name)


def _listed(detail: Any) -> Any:
    return (
        [detail]
        if isinstance(detail, str) or not isinstance(detail, Sequence | Mapping)
        else detail
    )


def _headers(fault: Exception, refusal: Refusal) -> dict[str, str]:
    headers = {"Cache-Control": "no-store"}
    if refusal.kind == errors.Unauthenticated.kind:
        headers["WWW-Authenticate"] = 'Signature realm="broker", tag="broker-v1"'
    if refusal.kind == errors.Unavailable.kind:
        headers["Retry-After"] = "1"
    wait = getattr(fault, "wait", None)
    if wait is not None:
        headers["Retry-After"] = str(int(wait))
    return headers


def _write_line(refusal: Refusal, status: int, context: Mapping[str, Any]) -> None:
    request = context["request"]
    match = request.resolver_match
    actor = getattr(request, "_user", None)
    log.warning(
        "api_refused",
        extra={
            "kind": kind_of(refusal),
            "status": int(status),
            "method": request.method,
            "route": match.route if match else "",
            "organisation": getattr(actor, "organisation", None),
            "fields": sorted(refusal.fields),
        },
    )
