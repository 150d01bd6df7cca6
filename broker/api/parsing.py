"""Read request bodies strictly: one meaning or none."""

import re
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.parsers import BaseParser

from broker.basics.errors import Invalid, TooLarge
from broker.crypto.canonical import Json, parse_json

MAX_JSON_BYTES = 4 * 1024 * 1024

# U+0000 written as an escape; an escaped backslash before it is no escape.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class StrictJSONParser(BaseParser):
    """JSON in UTF-8, one object; duplicate names, lone surrogates and U+0000 are refused."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Mapping[str, Json]:
        """Return the object's members. Raises Invalid or TooLarge."""
        data = stream.read(MAX_JSON_BYTES + 1)
        if len(data) > MAX_JSON_BYTES:
            raise TooLarge(
                "The request body is too large.",
                why=f"JSON is read up to {MAX_JSON_BYTES} bytes.",
                remedy="Send fewer items in one request.",
            )
        return _object(data)


def _object(data: bytes) -> Mapping[str, Json]:
    if _NUL.search(data):
        raise Invalid(
            "The request holds the character U+0000.",
            why="No text that people read contains it.",
            remedy="Remove it and send the request again.",
        )
    value = parse_json(data)
    if not isinstance(value, Mapping):
        raise Invalid("The request body is not a JSON object.", remedy="Send an object: {...}.")
    return value


class BytesParser(BaseParser):
    """Any one media type as bytes: subclass it and name `media_type`."""

    def parse(  # type: ignore[override]  # the stubs know forms only
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Return the body's bytes; the server's own limit on a body's size holds."""
        data: bytes = stream.read()
        return data


class ZipParser(BytesParser):
    media_type = "application/zip"
