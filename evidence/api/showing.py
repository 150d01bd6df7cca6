"""A request and its packages as JSON members, as the one who asks may see them."""

from datetime import datetime
from typing import Any

from broker.basics.actor import Actor
from broker.basics.clock import iso
from broker.clocks.models import Clock
from broker.parties.models import Organisation
from evidence import queries
from evidence.actions import notices, order
from evidence.actions.sending import signed_order
from evidence.models import Message, Package, Request
from evidence.policy import audience, must_take_in


def line(request: Request, actor: Actor) -> dict[str, Any]:
    """Return the members of one line in a list."""
    return {
        "reference": request.reference,
        "state": queries.seen_state(actor, request),
        "instrument": request.instrument_id,
        "platform": request.platform.slug,
        "emergency": request.emergency,
        "due": _at(request.due_at),
    }


def case(request: Request, actor: Actor) -> dict[str, Any]:
    """Return the whole case: clocks with their reasons, messages, packages, form and order.

    To a receiver that has not taken it in: whose it is and under which law, the rest empty.
    """
    if must_take_in(actor, request):
        return {**line(request, actor), **_closed(request)}
    seat = audience(actor, request)
    values = request.issued_form or request.form
    return {
        **line(request, actor),
        "issuer": request.issuer.slug,
        "validator": _slug(request.validator),
        "authority": _slug(request.authority),
        "data_categories": request.data_categories,
        "transport": notices.transport_of(request),
        "sent": _at(request.sent_at),
        "received": _at(request.received_at),
        "review": request.decision,
        "clocks": [_clock(each) for each in queries.clocks(actor, request)],
        "messages": [_message(each) for each in queries.messages(actor, request)],
        "packages": [package(each) for each in queries.packages(actor, request)],
        "form": order.view(request, values, seat),
        "order": signed_order(request, seat) if request.order else None,
    }


def _closed(request: Request) -> dict[str, Any]:
    empty: dict[str, list[Any]] = {
        name: [] for name in ("data_categories", "clocks", "messages", "packages")
    }
    return {
        "due": None,
        "issuer": request.issuer.slug,
        "validator": None,
        "authority": None,
        "transport": {},
        "sent": _at(request.sent_at),
        "received": None,
        "review": "",
        **empty,
        "form": {},
        "order": None,
    }


def package(row: Package) -> dict[str, Any]:
    """Return what is known of a package without a key, to those who may know of it."""
    return {
        "package": str(row.id),
        "request": row.request.reference,
        "statement_sha256": row.statement_sha256,
        "payload_sha256": row.payload_sha256,
        "payload_size": row.payload_size,
        "sealed": iso(row.sealed_at),
        "received": iso(row.received_at),
        "released": _at(row.released_at),
        "retrieved": _at(row.retrieved_at),
        "content": content_path(row),
    }


def content_path(row: Package) -> str:
    """Return where the container is served, for those who may fetch it."""
    return f"/api/v1/packages/{row.id}/content"


def _clock(row: Clock) -> dict[str, Any]:
    return {
        "name": row.name,
        "status": row.status,
        "started": iso(row.started_at),
        "due": _at(row.due_at),
        "lapses": _at(row.lapses_at),
        "why": row.derivation,
    }


def _message(row: Message) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "organisation": row.organisation.slug,
        "grounds": row.grounds,
        "text": row.text,
        "at": iso(row.at),
    }


def _slug(organisation: Organisation | None) -> str | None:
    return organisation.slug if organisation else None


def _at(instant: datetime | None) -> str | None:
    return iso(instant) if instant else None
