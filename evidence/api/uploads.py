"""The unguessable address of an upload: tus 1.0, core, creation and termination.

Nothing here is signed: whoever has the address may go on with the upload until it expires.
Digest and signature bind the bytes afterwards. Source: https://tus.io/protocols, 1.0.0.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.http import UnreadablePostError
from rest_framework.exceptions import APIException, UnsupportedMediaType
from rest_framework.request import Request as HttpRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from broker.access.acting import acting, looking
from broker.basics.actor import SYSTEM
from broker.basics.errors import Invalid, TooLarge
from evidence.actions import uploading
from evidence.models import Upload

VERSION = "1.0.0"
TUS = {"Tus-Resumable": VERSION}
_CAN = {
    "Tus-Version": VERSION,
    "Tus-Extension": "creation,termination,expiration",
    "Tus-Max-Size": str(uploading.MOST_BYTES),
}
_PART = "application/offset+octet-stream"
_BLOCK = 1024 * 1024


class WrongVersion(APIException):
    status_code = 412
    default_detail = f"This upload speaks tus {VERSION}; send Tus-Resumable: {VERSION}."


class NoLength(APIException):
    status_code = 411
    default_detail = "A part names its length in Content-Length."


def upload_path(token: str) -> str:
    """Return the path of the upload whose address holds `token`."""
    return f"/api/v1/uploads/{token}"


class OneUpload(APIView):
    """Where the upload stands (HEAD), its next bytes (PATCH), its end (DELETE)."""

    asks_for = "capability"
    authentication_classes = ()
    parser_classes = ()
    schema = None

    def initial(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.headers.get("Tus-Resumable") != VERSION and request.method != "OPTIONS":
            raise WrongVersion

    def finalize_response(self, request: HttpRequest, response: Any, *args: Any, **kw: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kw)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["Tus-Resumable"] = VERSION
        if response.status_code == WrongVersion.status_code:
            response.headers["Tus-Version"] = VERSION
        return response

    def options(  # type: ignore[override]
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> Response:
        return Response(status=204, headers=_CAN)

    def head(self, request: HttpRequest, token: str) -> Response:
        upload = _at(token)
        length = {"Upload-Length": str(upload.size)}
        return Response(headers=_stands(upload, uploading.offset_of(upload)) | length)

    def patch(self, request: HttpRequest, token: str) -> Response:
        upload = _at(token)
        offset, length = _asked(request, upload)
        new = uploading.append(upload, offset=offset, chunks=_blocks(request, length))
        if new == upload.size and upload.crc32 is None:
            _close(upload)
        return Response(status=204, headers=_stands(upload, new))

    def delete(self, request: HttpRequest, token: str) -> Response:
        upload = _at(token)
        with acting(SYSTEM):
            uploading.end(upload)
        uploading.discard(upload)
        return Response(status=204)


def _at(token: str) -> Upload:
    with looking(SYSTEM):
        return uploading.upload_at(token)


def _close(upload: Upload) -> None:
    """Close a complete upload, or end it when its bytes are not the announced ones."""
    facts = uploading.settle(upload)
    with acting(SYSTEM):
        is_announced = uploading.record(upload, facts)
    if not is_announced:
        uploading.discard(upload)
        raise uploading.other_payload(upload, facts)


def _asked(request: HttpRequest, upload: Upload) -> tuple[int, int]:
    """Return the part's offset and length in bytes."""
    if request.headers.get("Content-Type") != _PART:
        raise UnsupportedMediaType(request.headers.get("Content-Type", "nothing"))
    offset, length = (
        _number(request.headers, "Upload-Offset"),
        request.headers.get("Content-Length"),
    )
    if not length:
        raise NoLength
    if offset + int(length) > upload.size:
        raise TooLarge(
            "More bytes come than were announced.",
            why=f"The upload has {upload.size} bytes; the part would reach {offset + int(length)}.",
            remedy="Begin a new upload with the right size.",
        )
    return offset, int(length)


def _number(headers: Mapping[str, str], name: str) -> int:
    written = headers.get(name, "")
    if not written.isascii() or not written.isdigit() or len(written) > 18:
        raise Invalid(
            f"{name} is not a number.",
            why="A part names the byte at which it begins.",
            remedy="Ask for the upload's offset with HEAD and begin there.",
        )
    return int(written)


def _blocks(request: HttpRequest, length: int) -> Iterator[bytes]:
    """Yield the body as it comes; where the line breaks off, it ends."""
    while length > 0:
        try:
            block = request._request.read(min(_BLOCK, length))
        except UnreadablePostError:
            return
        if not block:
            return
        length -= len(block)
        yield block


def _stands(upload: Upload, offset: int) -> dict[str, str]:
    expires = upload.expires_at.strftime("%a, %d %b %Y %H:%M:%S GMT")
    return {"Upload-Offset": str(offset), "Upload-Expires": expires}
