"""The routes of the desk."""

from django.urls import path

from broker.desk import alerts, ledger, views

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/acknowledge", alerts.acknowledge, name="acknowledge"),
    path("rail", views.rail, name="rail"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/checkpoint", ledger.checkpoint, name="checkpoint"),
]
