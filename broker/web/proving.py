"""A person proves at this very moment that it is they: with a fresh code, counted attempts."""

from ipaddress import ip_address

from django.conf import settings
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
    throttle.take_turn(limits)
    if not credentials.spend_code(person, request.POST.get("code", "")[:20], verb=verb):
        raise Invalid(
            _("This code is not accepted."),
            remedy=_("Wait for the next code in your app and enter it; each works once."),
            fields={"code": [_("Enter the six digits your app shows now")]},
        )
    throttle.give_back(limits)
    throttle.forget(limits)


def address_of(request: HttpRequest) -> str:
    """Return the network address the request came from.

    Where a trusted proxy handed it over, that is the address the proxy names: from the nearest
    hop outwards, the first that is no trusted proxy. What is named beyond it anyone can write.
    """
    named = request.headers.get("X-Forwarded-For", "")
    hops = [*named.split(","), str(request.META.get("REMOTE_ADDR", ""))]
    near = [hop.strip() for hop in reversed(hops) if hop.strip()]
    return next((hop for hop in near if not _is_trusted(hop)), near[-1] if near else "")


def _is_trusted(hop: str) -> bool:
    try:
        address = ip_address(hop)
    except ValueError:
        return False
    return any(address in network for network in settings.TRUSTED_PROXIES)
