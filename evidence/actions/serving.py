"""Serve a package's container by ranges: the one way in which both faces do it."""

from typing import Protocol
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.http.request import HttpHeaders

from broker.access.acting import acting, looking
from broker.basics.actor import Actor
from broker.basics.errors import Invalid
from evidence import queries
from evidence.actions import retrieving
from evidence.actions.ranges import Span, asked_span
from evidence.flow import REQUEST, State
from evidence.models import Package
from evidence.package.container import Layout
from evidence.policy import may

MEDIA_TYPE = "application/vnd.etsi.asic-e+zip"


class Asked(Protocol):
    """What is read of a request: its method and headers."""

    method: str | None

    @property
    def headers(self) -> HttpHeaders: ...


class NothingThere(Invalid):
    """The range lies outside the package, which has `size` bytes (RFC 9110: 416)."""

    def __init__(self, size: int) -> None:
        super().__init__(
            "The range lies outside the package.",
            why=f"It has {size} bytes.",
            remedy="Ask for a range within it, or for all of it.",
        )
        self.size = size


def serve(asked: Asked, package_id: UUID, *, actor: Actor) -> HttpResponseBase:
    """Answer with the bytes asked for, joined while they are sent; a reading is written down.

    Raises NotFound, NotAllowed, WrongState before a retrieval is announced, or NothingThere.
    """
    with looking(actor):
        package = queries.package(actor, package_id)
        step = REQUEST.step("retrieve", State(package.request.state))
        may(actor, step, package.request).require()
        container = retrieving.container_of(package)
    tag = f'"{container.sha256}"'
    span = asked_span(asked.headers, size=container.size, tag=tag)
    if span is None:
        raise NothingThere(container.size)
    if asked.method == "GET":
        with acting(actor):
            retrieving.note_served(package, start=span.start, stop=span.stop, actor=actor)
    return _served(asked, package, container, span, tag)


def _served(
    asked: Asked, package: Package, container: Layout, span: Span, tag: str
) -> HttpResponseBase:
    headers = {
        "Content-Type": MEDIA_TYPE,
        "Content-Length": str(span.stop - span.start),
        "Content-Disposition": f'attachment; filename="{package.id}.asice"',
        "ETag": tag,
        "Accept-Ranges": "bytes",
        "Cache-Control": "no-store",
    }
    if span.is_part:
        headers["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{container.size}"
    status = 206 if span.is_part else 200
    if asked.method == "HEAD":
        return HttpResponse(status=status, headers=headers)
    blocks = retrieving.bytes_of(package, container, start=span.start, stop=span.stop)
    return StreamingHttpResponse(blocks, status=status, headers=headers)
