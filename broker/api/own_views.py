"""The API's own views: its description, what its problems mean, and what is not there."""

from inspect import getdoc
from typing import Any

from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from broker.api.problems import STATUS, Internal
from broker.basics import errors
from broker.basics.errors import NotFound, Refusal


class SchemaView(SpectacularJSONAPIView):
    """The description of the API, for everyone."""

    asks_for = "nobody"
    authentication_classes = ()
    permission_classes = ()


class MeaningView(APIView):
    """The meaning of one kind of problem, for everyone."""

    asks_for = "nobody"
    authentication_classes = ()

    @extend_schema(exclude=True)
    def get(self, request: Request, kind: str) -> Response:
        meaning = _meanings().get(kind)
        if meaning is None:
            raise NotFound("There is no such kind of problem.")
        return Response({"kind": kind, "status": int(STATUS.get(kind, 500)), "meaning": meaning})


class UnknownView(APIView):
    """Every address of the API at which there is nothing: a problem document, not a page."""

    asks_for = "nobody"
    authentication_classes = ()
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound(
            "There is nothing at this address.",
            remedy="The addresses of the API are listed at /api/v1/schema/.",
        )


def _meanings() -> dict[str, str]:
    kinds: list[type[Refusal]] = [Internal]
    kinds += [one for one in vars(errors).values() if _is_kind(one)]
    return {kind.kind: " ".join((getdoc(kind) or "").split()) for kind in kinds}


def _is_kind(one: object) -> bool:
    return isinstance(one, type) and issubclass(one, Refusal) and one is not Refusal
