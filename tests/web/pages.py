"""Pages that refuse in every way, for tests of the frame. Only tests mount them."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from broker.basics import errors
from broker.basics.actor import Actor
from broker.web.access import page, public_page

KINDS = {
    kind.kind: kind
    for kind in (
        errors.Invalid,
        errors.Unauthenticated,
        errors.NotAllowed,
        errors.NotFound,
        errors.WrongState,
        errors.Conflict,
        errors.TooLarge,
        errors.DigestMismatch,
        errors.Expired,
        errors.Unavailable,
    )
}


@page
def refusing(request: HttpRequest, actor: Actor, kind: str) -> HttpResponse:
    said = request.GET.get("said", "It was refused.")
    raise KINDS[kind](said, why="Because of the test.", remedy="Try something else.")


@page
def saying(request: HttpRequest, actor: Actor) -> HttpResponse:
    return HttpResponse(f"{actor.organisation} {'+'.join(sorted(actor.roles))} {actor.channel}")


@public_page(because="a test needs an open door")
def open_door(request: HttpRequest) -> HttpResponse:
    raise errors.Expired("The link has expired.", remedy="Ask for a new one.")


@page
def breaking(request: HttpRequest, actor: Actor) -> HttpResponse:
    raise RuntimeError("a secret of the house")


urlpatterns = [
    path("", include("broker.urls")),
    path("refusing/<str:kind>/", refusing, name="refusing"),
    path("saying/", saying, name="saying"),
    path("open/", open_door, name="open"),
    path("breaking/", breaking, name="breaking"),
]
handler400 = "broker.web.refusals.bad_request"
handler403 = "broker.web.refusals.forbidden"
handler404 = "broker.web.refusals.not_found"
handler500 = "broker.web.refusals.broken"
