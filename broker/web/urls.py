"""The routes of the door."""

from django.urls import path

from broker.web import sign_in

app_name = "web"
urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/code/", sign_in.second_step, name="second_step"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("seat/", sign_in.choose_seat, name="choose_seat"),
]
