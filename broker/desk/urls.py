"""The routes of the desk."""

from django.urls import path

from broker.desk import views

app_name = "desk"
urlpatterns = [path("", views.home, name="home"), path("rail", views.rail, name="rail")]
