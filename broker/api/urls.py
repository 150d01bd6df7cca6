"""The API's own doors: its description and what its problems mean.

Included behind the doors of the apps, since its last line takes every other address.
"""

from django.urls import path

from broker.api.inbox import Inbox
from broker.api.own_views import MeaningView, SchemaView, UnknownView

app_name = "api"
urlpatterns = [
    path("inbox", Inbox.as_view(), name="inbox"),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("problems/<slug:kind>", MeaningView.as_view(), name="problem"),
    path("<path:rest>", UnknownView.as_view(), name="unknown"),
]
