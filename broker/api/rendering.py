"""Write answers as JSON that stays inert even where something takes it for a page."""

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import JSONRenderer

_INERT = {b"<": b"\\u003c", b">": b"\\u003e", b"&": b"\\u0026"}


class InertJSONRenderer(JSONRenderer):
    """JSON in which no character can open a tag: `<`, `>` and `&` are written as escapes."""

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Return UTF-8 JSON; in JSON these characters occur within strings only."""
        written: bytes = super().render(data, accepted_media_type, renderer_context)
        for character, escape in _INERT.items():
            written = written.replace(character, escape)
        return written
