"""How the API describes itself (OpenAPI 3): signatures, problems, and what each view declares.

Loaded by the framework before any view: it imports none.
"""

from typing import Any, ClassVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.serializers import Serializer

_PROBLEM_TYPE = "application/problem+json"
_PROBLEM = {
    "type": "object",
    "description": "What was refused, why, and what to do (RFC 9457).",
    "required": ["type", "title", "status", "kind", "what", "why", "remedy"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "kind": {"type": "string"},
        "what": {"type": "string"},
        "why": {"type": "string"},
        "remedy": {"type": "string"},
        "fields": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}


class SignatureScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describe the signature that every request of the API carries."""

    target_class = "broker.api.authentication.SignatureAuthentication"
    name = "signature"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Signature",
            "description": (
                'HTTP message signature (RFC 9421), tag "broker-v1", with the message key that '
                "is registered for the organisation. Covered: @method @authority @path @query, "
                "and with a body content-digest (RFC 9530), content-type and idempotency-key. "
                "Parameters: created, expires (at most 300 s later), nonce, keyid, tag."
            ),
        }


class SignedSchema(AutoSchema):
    """Describe a view by its `asks` and `answers`; every operation may end in a problem.

    `asks`: a serializer class or JSON schema of the request body; `answers`: the same of the
    answer, or a mapping from method to it. Both default to an open object.
    """

    open_object: ClassVar = OpenApiTypes.OBJECT

    def get_request_serializer(self) -> Any:
        return getattr(self.view, "asks", None) or self.open_object

    def get_response_serializers(self) -> Any:
        answers = getattr(self.view, "answers", None) or self.open_object
        problem = OpenApiResponse(_PROBLEM, description="Refused")
        return {
            (200, "application/json"): answers,
            ("4XX", _PROBLEM_TYPE): problem,
            ("5XX", _PROBLEM_TYPE): problem,
        }

    def get_serializer_name(self, serializer: Serializer[Any], direction: str) -> str:
        """Name a shape by its class, an app's shape by its app too: two apps share words."""
        house, name = type(serializer).__module__.split(".")[0], type(serializer).__name__
        return name if house == __name__.split(".")[0] else f"{house.title()}{name}"

    def get_override_parameters(self) -> list[Any]:
        if self.method != "POST":
            return []
        return [
            OpenApiParameter(
                "Idempotency-Key",
                str,
                OpenApiParameter.HEADER,
                required=True,
                description="Names this act; a retry with the same key gets the same answer.",
            )
        ]
