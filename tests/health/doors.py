"""The doors of health alone."""

from django.urls import include, path

urlpatterns = [path("health/", include("broker.health"))]
