"""The retrieval page: one state word, the download, what was checked; and the download itself."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.signing import BadSignature, SignatureExpired
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from broker.access.acting import acting, looking
from broker.basics.actor import Actor
from broker.basics.errors import Expired, NotAllowed, Refusal
from broker.flow.reading import note_case_read
from broker.web import refusals
from broker.web.access import page
from evidence import queries
from evidence.actions import retrieving
from evidence.actions.serving import serve
from evidence.flow import REQUEST, State
from evidence.models import Package, Request
from evidence.policy import may, must_take_in
from evidence.portal import lists
from evidence.portal.checks import checks
from evidence.portal.retrieval_state import retrieval_state

_LIFETIME_S = 12 * 3600
_SALT = "evidence.portal.content"


@require_safe
@page
def retrieval(request: HttpRequest, actor: Actor, reference: str) -> HttpResponse:
    """Show whether there is a package to retrieve, what was checked of it, how to verify it."""
    with looking(actor):
        case = queries.case(actor, reference)
        if must_take_in(actor, case):
            return redirect("evidence:case", case.reference)
        context = _shown(case, actor)
    note_case_read(REQUEST, case, actor=actor)
    return render(request, "evidence/retrieval.html", context)


@require_POST
@page
def download(request: HttpRequest, actor: Actor, reference: str, package: UUID) -> HttpResponse:
    """Write the retrieval into the case, then lead to the bytes; a refusal shows the page again."""
    with looking(actor):
        case = queries.case(actor, reference)
    try:
        with acting(actor):
            found = queries.package(actor, package)
            retrieving.announce(found, actor=actor)
    except Refusal as fault:
        refusals.note(request, fault)
        with looking(actor):
            context = {**_shown(case, actor), "refusal": fault}
        status = refusals.status_of(fault)
        return render(request, "evidence/retrieval.html", context, status=status)
    return redirect("evidence:content", case.reference, package, _ticket(package, actor))


@require_safe
@page
def content(
    request: HttpRequest, actor: Actor, reference: str, package: UUID, ticket: str
) -> HttpResponseBase:
    """Serve the package by ranges under an announced retrieval; a broken download goes on here."""
    _demand_ticket(ticket, package, actor)
    return serve(request, package, actor=actor)


def _ticket(package: UUID, actor: Actor) -> str:
    """Return what ties the address of a download to one person, one package and some hours."""
    return signing.dumps([str(package), actor.id], salt=_SALT)


def _demand_ticket(ticket: str, package: UUID, actor: Actor) -> None:
    try:
        named = signing.loads(ticket, salt=_SALT, max_age=_LIFETIME_S)
    except SignatureExpired:
        raise Expired(
            _("This download has expired."),
            why=_("An announced retrieval can be downloaded for twelve hours."),
            remedy=_("Open the retrieval page and start the download again."),
        ) from None
    except BadSignature:
        named = None
    if named != [str(package), actor.id]:
        raise NotAllowed(
            _("This download was not started by you."),
            why=_("Every retrieval is written into the case before a byte goes out."),
            remedy=_("Open the retrieval page and start the download there."),
        )


def _shown(case: Request, actor: Actor) -> dict[str, Any]:
    packages = queries.packages(actor, case)
    window = lists.windows_of([case]).get(case.id)
    return {
        "case": case,
        "standing": retrieval_state(case, packages, window),
        "packages": [_one(package, case) for package in packages],
        "may_download": _may_download(case, actor),
        "broker": settings.PUBLIC_URL,
    }


def _one(package: Package, case: Request) -> dict[str, Any]:
    return {
        "it": package,
        "checks": checks(package, case),
        "file": f"{package.id}.asice",
        "receipts": list(package.receipts.select_related("organisation")),
    }


def _may_download(case: Request, actor: Actor) -> bool:
    leading = [step for step in REQUEST.leading_from(State(case.state)) if step.verb == "retrieve"]
    return any(may(actor, step, case).allowed for step in leading)
