"""A person proves at this very moment that it is they: with a fresh code, counted attempts."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from broker.basics.errors import Invalid, Unauthenticated
from broker.parties.models import Officer
from broker.web import credentials, throttle
from broker.web.seats import officer_of


def require_code(request: HttpRequest, *, verb: str, officer: Officer | None = None) -> None:
    """Spend the posted `code` of the signed-in officer (or of `officer`) for `verb`.

    Call it outside `acting`: the code is used up in a short act of its own, which writes
    `verb` to the log. Raises Invalid with the field `code` when it is not accepted, and
    NotAllowed after too many attempts, whatever they were for.
    """
    person = officer or officer_of(request)
    if person is None:
        raise Unauthenticated(_("Nobody is signed in."))
    limits = throttle.limits(f"code {person.username}", address_of(request))
    throttle.require_room(limits)
    if not credentials.spend_code(person, request.POST.get("code", "")[:20], verb=verb):
        throttle.count_failure(limits)
        raise Invalid(
            _("This code is not accepted."),
            remedy=_("Wait for the next code in your app and enter it; each works once."),
            fields={"code": [_("Enter the six digits your app shows now")]},
        )
    throttle.forget(limits)


def address_of(request: HttpRequest) -> str:
    """Return the network address the request came from."""
    return str(request.META.get("REMOTE_ADDR", ""))
