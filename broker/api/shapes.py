"""What request bodies look like: declared members, and nothing beside them."""

from functools import cache
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request


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


def read(shape: type[Shape], request: Request) -> dict[str, Any]:
    """Return the request body as `shape` reads it; refused with one fault per member."""
    return dict(_reader(shape).run_validation(request.data))


@cache
def _reader(shape: type[Shape]) -> Shape:
    """Return one reader a shape: it keeps nothing of what it reads, and costs a copy to make."""
    return shape()
