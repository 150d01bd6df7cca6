"""The doors of the API that the platform's client walks through here."""

from django.urls import include, path

from broker.api.inbox import Inbox
from tests.api.doors import Points, ReadOnly

urlpatterns = [
    path("api/v1/inbox", Inbox.as_view(), name="inbox"),
    path("api/v1/points", Points.as_view(), name="points"),
    path("api/v1/whoami", ReadOnly.as_view(), name="whoami"),
    path("api/v1/", include("broker.api.urls")),
]
