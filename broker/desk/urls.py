"""The routes of the desk."""

from django.urls import path

from broker.desk import ledger, views

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("rail", views.rail, name="rail"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/checkpoint", ledger.checkpoint, name="checkpoint"),
]
