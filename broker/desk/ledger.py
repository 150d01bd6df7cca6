"""Log and proofs: how the log stands, its newest checkpoint, and how anyone checks it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from broker.access.acting import acting, looking
from broker.access.permissions import Permission
from broker.access.roles import holds
from broker.basics.actor import Actor
from broker.basics.clock import now
from broker.basics.errors import NotAllowed, NotFound
from broker.ledger import standing
from broker.ledger.append import Event, Subject, note_reading
from broker.ledger.signing import log_vkey, origin, promise_vkey
from broker.ledger.standing import Signed
from broker.web.access import page

MOST = 10_000


@require_safe
@page
def ledger(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show the head of the log, the newest checkpoint, what waits, and how to verify."""
    _demand_reader(actor)
    with looking(actor):
        newest = standing.newest()
        waiting = standing.backlog(most=MOST)
        stands = standing.standing()
    context = {
        "newest": newest,
        "age": now() - newest.at if newest else None,
        "waiting": f"{MOST - 1}+" if waiting >= MOST else str(waiting),
        "waits": now() - stands.waiting_since if stands.waiting_since else None,
        "origin": origin(),
        "log_key": str(log_vkey()),
        "promise_key": str(promise_vkey()),
    }
    return render(request, "web/ledger.html", context)


@require_safe
@page
def checkpoint(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Give the newest checkpoint as the signed note it is, to keep and compare later."""
    _demand_reader(actor)
    with looking(actor):
        newest = standing.newest()
    if newest is None:
        raise NotFound(
            _("There is no checkpoint yet."),
            why=_("The log signs the first one when it holds its first event."),
            remedy=_("Come back in a moment."),
        )
    _note(newest, actor)
    name = f"checkpoint-{newest.size}.txt"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(newest.note, content_type="text/plain; charset=utf-8", headers=headers)


def _demand_reader(actor: Actor) -> None:
    if not holds(actor, Permission.LEDGER_READ):
        raise NotAllowed(
            _("Your seat does not read the log."),
            why=_("The log as a whole is for those who oversee the broker."),
            remedy=_("The timeline of each case shows its own entries."),
        )


def _note(taken: Signed, actor: Actor) -> None:
    with acting(actor):
        note_reading(
            Event(
                verb="checkpoint.downloaded",
                stream=f"org:{actor.organisation}",
                actor=actor,
                subjects=(Subject("checkpoint", str(taken.size), taken.root),),
                organisations=(str(actor.organisation),),
            )
        )
