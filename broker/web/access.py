"""Who may open a page: every view says whether it asks for an actor or for nobody."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from broker.basics.actor import Actor
from broker.basics.errors import Invalid, NotFound, Refusal
from broker.web import refusals, seats

NUL = "\x00"

type View = Callable[..., HttpResponseBase]


def page(view: View) -> View:
    """Let only a signed-in officer with a seat in; call `view(request, actor, ...)`.

    Anonymous visitors are sent to sign in and come back. A refusal raised by the view becomes
    a page that says what, why and what to do. The view opens `acting(actor)` or
    `looking(actor)` itself and closes it before it renders. The page is never stored.
    """

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            _demand_text(request)
            entered = _enter(request)
            if not isinstance(entered, Actor):
                return entered
            response = view(request, entered, *args, **kwargs)
        except Refusal as refusal:
            response = refusals.page_for(request, refusal)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    opened.asks_for = "actor"  # type: ignore[attr-defined]
    return opened


def public_page(*, because: str) -> Callable[[View], View]:
    """Open the page to everyone, `because` of the reason given; refusals become pages too."""

    def opened_to_all(view: View) -> View:
        @wraps(view)
        def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                response = view(request, *args, **kwargs)
            except Refusal as refusal:
                response = refusals.page_for(request, refusal)
            response.headers.setdefault("Cache-Control", "private, no-store")
            return response

        opened.asks_for = "nobody"  # type: ignore[attr-defined]
        opened.public_because = because  # type: ignore[attr-defined]
        return opened

    return opened_to_all


def _demand_text(request: HttpRequest) -> None:
    """Refuse the character NUL, which no text holds and PostgreSQL does not take."""
    if NUL in request.path:
        raise NotFound(_("There is nothing at this address."), remedy=_("Check the address."))
    typed = [*request.GET.lists(), *request.POST.lists()]
    names = [name for name, texts in typed if any(NUL in text for text in (name, *texts))]
    if names:
        raise Invalid(
            _("The input holds a character that is no text."),
            why=_("A NUL character stands in it, which no keyboard types."),
            remedy=_("Go back, delete it and send the form again."),
        )


def _enter(request: HttpRequest) -> Actor | HttpResponseBase:
    """Return the actor, or where the visitor has to go first."""
    officer = seats.officer_of(request)
    if officer is None:
        return _send(request, "web:sign_in")
    try:
        seat = seats.current(request, officer)
    except seats.SeatNotChosen:
        return _send(request, "web:choose_seat")
    request.seat = seat  # type: ignore[attr-defined]
    return seat.actor


def _send(request: HttpRequest, route: str) -> HttpResponseBase:
    """Send the visitor to `route`, and back here afterwards if this was a page to look at."""
    back = request.get_full_path() if request.method == "GET" else ""
    address = reverse(route) + (f"?{urlencode({'next': back})}" if back not in {"", "/"} else "")
    if request.headers.get("HX-Request"):
        response = refusals.elsewhere(reverse(route))
    else:
        response = redirect(address)
    return response
