"""The door: a password, then a code, then a seat. It tells a stranger nothing."""

import logging
from datetime import datetime
from urllib.parse import urlencode

from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from broker.access.acting import acting, looking
from broker.basics.actor import SYSTEM
from broker.basics.clock import now
from broker.basics.errors import Invalid, Refusal
from broker.parties.directory import seats as seats_of
from broker.parties.models import Officer, Organisation
from broker.web import credentials, throttle
from broker.web.access import public_page
from broker.web.proving import address_of, require_code
from broker.web.refusals import note, status_of
from broker.web.seats import CHOSEN, officer_of, organisations

log = logging.getLogger("broker.web")

HALFWAY = "sign_in"
HALFWAY_S = 5 * 60
BACKEND = "django.contrib.auth.backends.ModelBackend"


@public_page(because="whoever signs in is not known yet")
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password; a good pair leads to the second step."""
    if officer_of(request):
        return redirect(_wanted(request))
    if request.method != "POST":
        return _door(request)
    username = request.POST.get("username", "")[:150]
    limits = throttle.limits(username, address_of(request))
    try:
        throttle.take_turn(limits)
        officer = _proven(username, request.POST.get("password", "")[:1000])
        throttle.give_back(limits)
    except Refusal as refusal:
        return _door(request, refusal)
    request.session.cycle_key()
    request.session[HALFWAY] = {"officer": str(officer.pk), "at": now().isoformat()}
    return redirect(_with_next(request, "web:second_step"))


@public_page(because="the password is proven but the officer is not signed in yet")
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("code")
def second_step(request: HttpRequest) -> HttpResponse:
    """Ask for the code; a good one signs the officer in under a new session key."""
    officer = _halfway(request)
    if officer is None:
        return redirect(_with_next(request, "web:sign_in"))
    if request.method != "POST":
        return _step(request)
    try:
        require_code(request, officer=officer, verb="officer.signed_in")
    except Refusal as refusal:
        return _step(request, refusal)
    del request.session[HALFWAY]
    with acting(SYSTEM):
        login(request, officer, backend=BACKEND)
    log.info("officer.signed_in officer=%s", officer.pk)
    return redirect(_wanted(request))


@public_page(because="an officer without a seat must be able to leave")
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session; written to the log like the sign-in."""
    if officer := officer_of(request):
        with acting(SYSTEM):
            credentials.write_down(officer, "officer.signed_out")
        logout(request)
    return redirect("web:sign_in")


@public_page(because="the officer is signed in but has no seat yet")
@require_http_methods(["GET", "HEAD", "POST"])
def choose_seat(request: HttpRequest) -> HttpResponse:
    """Let an officer who sits in several organisations say for which one they work now."""
    officer = officer_of(request)
    if officer is None:
        return redirect("web:sign_in")
    with looking(SYSTEM):
        held = list(seats_of(officer))
    open_to = organisations(held)
    if request.method != "POST":
        return _seats(request, open_to)
    wanted = request.POST.get("organisation", "")
    if wanted not in {organisation.party_id for organisation in open_to}:
        return _seats(request, open_to, _no_seat())
    request.session[CHOSEN] = wanted
    return redirect(_wanted(request))


def _proven(username: str, password: str) -> Officer:
    officer = credentials.officer_with_password(username, password)
    if officer is None:
        raise Invalid(
            _("The name or the password is wrong."),
            remedy=_("Check both. Ask your administrator if you cannot sign in."),
        )
    return officer


def _halfway(request: HttpRequest) -> Officer | None:
    """Return the officer whose password was proven in this session a short while ago."""
    kept = request.session.get(HALFWAY)
    if not kept:
        return None
    if (now() - datetime.fromisoformat(kept["at"])).total_seconds() > HALFWAY_S:
        del request.session[HALFWAY]
        return None
    return Officer.objects.filter(pk=kept["officer"], is_active=True).first()


def _door(request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    return _form(request, "web/sign_in.html", refusal, username=request.POST.get("username", ""))


def _step(request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    return _form(request, "web/second_step.html", refusal)


def _seats(
    request: HttpRequest, open_to: list[Organisation], refusal: Refusal | None = None
) -> HttpResponse:
    return _form(request, "web/choose_seat.html", refusal, organisations=open_to)


def _form(
    request: HttpRequest, template: str, refusal: Refusal | None, **context: object
) -> HttpResponse:
    if refusal is not None:
        note(request, refusal)
    status = status_of(refusal) if refusal else 200
    return render(request, template, {"refusal": refusal, **context}, status=status)


def _no_seat() -> Invalid:
    what = _("Choose one of your organisations.")
    return Invalid(what, fields={"organisation": [what]})


def _next(request: HttpRequest) -> str:
    """Return where the visitor came from, if that is a page of this house."""
    wanted = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe and wanted.startswith("/") else ""


def _wanted(request: HttpRequest) -> str:
    return _next(request) or reverse("desk:home")


def _with_next(request: HttpRequest, route: str) -> str:
    wanted = _next(request)
    return reverse(route) + (f"?{urlencode({'next': wanted})}" if wanted else "")
