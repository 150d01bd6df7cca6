"""Every door of the house: the portal, the API, the log, health."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/", include("broker.health")),
    path("", include("referrals.urls")),
    path("", include("evidence.urls")),
    path("api/v1/", include("broker.api.urls")),
    path("", include("broker.desk.urls")),
    path("", include("broker.web.urls")),
]

handler400 = "broker.web.refusals.bad_request"
handler403 = "broker.web.refusals.forbidden"
handler404 = "broker.web.refusals.not_found"
handler500 = "broker.web.refusals.broken"
