"""Doors for tests of the frame: each does one real thing to the directory."""

from typing import Any

from django.urls import include, path
from rest_framework import serializers

from broker.api.cursors import Order, asked_page, page_of
from broker.api.views import Done, SignedView
from broker.basics.errors import WrongState
from broker.ledger.append import Event, append
from broker.parties.models import ContactPoint


class PointForm(serializers.Serializer):
    address = serializers.CharField(max_length=50)
    connector = serializers.ChoiceField(["inbox", "web"])


class Points(SignedView):
    asks = PointForm

    def look(self, request: Any, actor: Any, **kwargs: Any) -> dict[str, Any]:
        rows = ContactPoint.objects.filter(organisation_id=actor.organisation)
        page = page_of(rows, Order("since"), **asked_page(request))
        return {"addresses": [row.address for row in page.rows], "next": page.next}

    def act(self, request: Any, actor: Any, **kwargs: Any) -> Done:
        form = PointForm(data=request.data)
        form.is_valid(raise_exception=True)
        if form.validated_data["address"] == "refuse-after-writing":
            ContactPoint.objects.create(organisation_id=actor.organisation, address="left behind")
            raise WrongState("Cannot add a point now.", why="It is closed.", remedy="Wait.")
        point = ContactPoint.objects.create(
            organisation_id=actor.organisation, **form.validated_data
        )
        [accepted] = append(Event("point.added", f"org:{actor.organisation}", actor))
        return Done(
            201,
            {"id": str(point.id), "address": point.address},
            accepted=accepted,
            headers={"Location": f"/api/v1/points/{point.id}"},
        )


class ReadOnly(SignedView):
    def look(self, request: Any, actor: Any, **kwargs: Any) -> dict[str, Any]:
        if request.query_params.get("fail"):
            raise RuntimeError("a fault with a secret in it")
        if request.query_params.get("write"):
            ContactPoint.objects.create(organisation_id=actor.organisation)
        return {"service_number": actor.service_number, "organisation": actor.organisation}


urlpatterns = [
    path("api/v1/points", Points.as_view(), name="points"),
    path("api/v1/whoami", ReadOnly.as_view(), name="whoami"),
    path("api/v1/", include("broker.api.urls")),
]
