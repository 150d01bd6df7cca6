"""A refusal as a page: what was refused, why, and what to do. Status codes live here."""

import contextlib
import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from broker.basics.errors import Invalid, NotAllowed, NotFound, Refusal, Unavailable
from broker.web import seats

log = logging.getLogger("broker.web")

STATUS = {
    "invalid": 422,
    "unauthenticated": 403,
    "not-allowed": 403,
    "not-found": 404,
    "wrong-state": 409,
    "conflict": 409,
    "too-large": 413,
    "digest-mismatch": 422,
    "expired": 410,
    "unavailable": 503,
}


def status_of(refusal: Refusal) -> int:
    """Return the HTTP status for the kind of refusal; 400 for a kind nobody mapped."""
    return STATUS.get(refusal.kind, 400)


def page_for(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Write the refusal down and render it; for htmx only the notice, into `#refusal`."""
    note(request, refusal)
    part = bool(request.headers.get("HX-Request"))
    response = render(
        request,
        "web/refusals/notice.html" if part else "web/refusals/page.html",
        {"refusal": refusal, "title": title_of(refusal)},
        status=status_of(refusal),
    )
    if part:
        response.headers["HX-Retarget"] = "#refusal"
        response.headers["HX-Reswap"] = "innerHTML"
    return response


def note(request: HttpRequest, refusal: Refusal) -> None:
    """Write one log line: the kind and the route, no content, no address, no name.

    For views that catch a refusal themselves and show their form again.
    """
    match = request.resolver_match
    seat = getattr(request, "seat", None)
    log.warning(
        "page.refused kind=%s status=%d method=%s route=%s officer=%s organisation=%s fields=%d",
        refusal.kind,
        status_of(refusal),
        request.method if request.method in {"GET", "HEAD", "POST"} else "other",
        match.view_name if match else "-",
        seat.actor.id if seat else "-",
        seat.actor.organisation if seat else "-",
        len(refusal.fields),
    )


def title_of(refusal: Refusal) -> str:
    """Return the plain heading for the kind of refusal."""
    titles = {
        "invalid": _("Some of this needs correcting"),
        "unauthenticated": _("You cannot come in here"),
        "not-allowed": _("You may not do this"),
        "not-found": _("Nothing is here"),
        "wrong-state": _("This can no longer be done"),
        "conflict": _("This is already taken"),
        "too-large": _("This is too large"),
        "digest-mismatch": _("The bytes are not the ones announced"),
        "expired": _("This has expired"),
        "unavailable": _("A part of the service does not answer"),
    }
    return titles.get(refusal.kind, _("This was refused"))


def elsewhere(address: str) -> HttpResponse:
    """Tell htmx to leave the page for `address`."""
    response = HttpResponse(status=204)
    response.headers["HX-Redirect"] = address
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for a request Django itself could not read."""
    refusal = Invalid(
        _("This request cannot be read."),
        why=_("It is malformed, too large or aimed at another host."),
        remedy=_("Go back to the start page and try again."),
    )
    response = page_for(request, refusal)
    response.status_code = 400
    return response


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for a permission that Django refused."""
    return page_for(request, NotAllowed(_("You may not do this.")))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for an address without a page: the same as for a case of somebody else."""
    _find_seat(request)
    return page_for(request, nothing_here())


def _find_seat(request: HttpRequest) -> None:
    """Give the page its rail where no view has looked for the seat; without one it does."""
    officer = seats.officer_of(request) if hasattr(request, "user") else None
    if officer is None:
        return
    with contextlib.suppress(Refusal, seats.SeatNotChosen):
        request.seat = seats.current(request, officer)  # type: ignore[attr-defined]


def nothing_here() -> NotFound:
    """Return the one refusal for what is absent and for what is not for these eyes."""
    return NotFound(
        _("There is nothing at this address for you."),
        why=_("It does not exist, or it belongs to somebody else."),
        remedy=_("Check the reference, or look for it on your start page."),
    )


def broken(request: HttpRequest) -> HttpResponse:
    """The page for a fault of ours; it needs neither a session nor a database."""
    refusal = Unavailable(
        _("This page could not be made."),
        why=_("The fault was written to the log. What you were told is done, is done."),
        remedy=_("Try again. If it happens again, tell the operator the time it happened."),
    )
    return render(
        request,
        "web/refusals/broken.html",
        {"refusal": refusal, "title": _("Something broke on our side")},
        status=500,
    )


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form without a valid token: forged, or older than the session."""
    _find_seat(request)
    return page_for(
        request,
        NotAllowed(
            _("This form was not accepted and nothing was changed."),
            why=_("Its token is missing or old: it came from another site or another session."),
            remedy=_("Open the page again and fill in the form anew."),
        ),
    )
