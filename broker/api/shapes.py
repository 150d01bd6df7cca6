"""What request bodies look like: declared members, and nothing beside them."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

NUL = "\x00"


class Shape(serializers.Serializer[Any]):
    """A strict shape: a member it does not name is a fault, not silently dropped."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                raise serializers.ValidationError(
                    {str(name)[:80]: ["This member is not known here."] for name in unknown}
                )
        return super().to_internal_value(data)


def read[S: Shape](shape: type[S], request: Request) -> dict[str, Any]:
    """Return the request body as `shape` reads it; refused with one fault per member."""
    reader = shape(data=request.data)
    reader.is_valid(raise_exception=True)
    return dict(reader.validated_data)
