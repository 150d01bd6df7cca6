"""Packages for programs: handed in by a platform, fetched and signed for by the office."""

import base64
import binascii
from typing import Any, cast

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request as HttpRequest
from rest_framework.response import Response

from broker.api.parsing import ZipParser
from broker.api.problems import CONTENT_TYPE, document
from broker.api.shapes import read
from broker.api.views import Done, SignedView
from broker.basics.actor import Actor
from broker.basics.clock import iso
from broker.basics.errors import Invalid
from evidence import queries
from evidence.actions import depositing, receipting, retrieving, uploading
from evidence.actions.receipting import Signed
from evidence.actions.serving import MEDIA_TYPE, NothingThere, serve
from evidence.api import shapes, showing
from evidence.api.requests import done
from evidence.api.uploads import TUS, upload_path


class NewUpload(SignedView):
    """A platform begins to upload payload.bin; the answer's Location carries tus 1.0."""

    reaches_outside = True  # an upload in the vault, which nothing would ever delete

    @extend_schema(
        operation_id="upload_begin", request=shapes.NewUpload, responses={201: shapes.UploadBegun}
    )
    def post(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().post(request, **kwargs)

    def act(self, request: HttpRequest, actor: Actor, **kwargs: Any) -> Done:
        wanted = read(shapes.NewUpload, request)
        if request.headers.get("Upload-Length", str(wanted["size"])) != str(wanted["size"]):
            raise Invalid(
                "The upload has two sizes.",
                why="Upload-Length is not the size in the signed body.",
                remedy="Announce the same size in both, or leave Upload-Length out.",
            )
        case = queries.case(actor, kwargs["reference"])
        begun = uploading.begin(case, **wanted, actor=actor)
        path = upload_path(begun.token)
        expires = begun.upload.expires_at
        body = {"upload": str(begun.upload.id), "location": path, "expires": iso(expires)}
        return Done(201, body, headers={"Location": path, **TUS})


class Packages(SignedView):
    """A platform hands in envelope.zip of a package whose payload it has uploaded."""

    parser_classes = (ZipParser,)

    @extend_schema(
        operation_id="package_hand_in",
        request={"application/zip": OpenApiTypes.BINARY},
        responses={201: shapes.PackageTaken},
    )
    def post(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().post(request, **kwargs)

    def act(self, request: HttpRequest, actor: Actor, **kwargs: Any) -> Done:
        case = queries.case(actor, kwargs["reference"])
        deposited = depositing.deposit(case, cast("bytes", request.data), actor=actor)
        answer = done(
            deposited.taken,
            actor,
            status=201,
            package=str(deposited.package.id),
            received_event=str(deposited.received.event_id),
        )
        return Done(answer.status, answer.body, accepted=deposited.received)


class OnePackage(SignedView):
    """What is known of a package without a key."""

    @extend_schema(operation_id="package_read", responses=shapes.ShownPackage)
    def get(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)

    def look(self, request: HttpRequest, actor: Actor, **kwargs: Any) -> dict[str, Any]:
        return showing.package(queries.package(actor, kwargs["package"]))


class Retrieval(SignedView):
    """The office announces that it retrieves the package: written down before a byte goes out."""

    @extend_schema(
        operation_id="package_retrieve", request=shapes.Nothing, responses=shapes.Announced
    )
    def post(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().post(request, **kwargs)

    def act(self, request: HttpRequest, actor: Actor, **kwargs: Any) -> Done:
        read(shapes.Nothing, request)
        package = queries.package(actor, kwargs["package"])
        content = showing.content_path(package)
        return done(retrieving.announce(package, actor=actor), actor, content=content)


class Receipts(SignedView):
    """The office signs that it has the package, or has opened it."""

    @extend_schema(
        operation_id="package_sign_for", request=shapes.SignedReceipt, responses=shapes.Accepted
    )
    def post(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().post(request, **kwargs)

    def act(self, request: HttpRequest, actor: Actor, **kwargs: Any) -> Done:
        given = read(shapes.SignedReceipt, request)
        given["signature"] = _decoded(given["signature"])
        package = queries.package(actor, kwargs["package"])
        _, taken = receipting.sign_for(package, Signed(**given), actor=actor)
        return done(taken, actor)


class Content(SignedView):
    """The container, joined while it is sent; single byte ranges, also of a HEAD."""

    def look(self, request: HttpRequest, actor: Actor, **kwargs: Any) -> dict[str, Any]:
        """Return nothing: the answer is bytes, and `get` gives them."""
        return {}

    @extend_schema(
        operation_id="package_content",
        responses={
            (200, MEDIA_TYPE): OpenApiTypes.BINARY,
            (206, MEDIA_TYPE): OpenApiTypes.BINARY,
        },
    )
    def get(self, request: HttpRequest, **kwargs: Any) -> Any:
        actor = cast("Actor", request.user)
        try:
            return serve(request, kwargs["package"], actor=actor)
        except NothingThere as fault:
            return _nothing_there(fault)


def _nothing_there(fault: NothingThere) -> Response:
    headers = {"Content-Range": f"bytes */{fault.size}", "Cache-Control": "no-store"}
    members = document(fault) | {"status": 416}
    return Response(members, 416, headers=headers, content_type=CONTENT_TYPE)


def _decoded(signature: str) -> bytes:
    try:
        return base64.b64decode(signature, validate=True)
    except (ValueError, binascii.Error):
        raise Invalid(
            "The signature is not base64.", fields={"signature": ["Write it in base64."]}
        ) from None
