"""Pages that join both kinds of business: the start page, and the rail with its counts."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from broker.access.acting import looking
from broker.basics.actor import Actor
from broker.desk import waiting
from broker.web.access import page
from broker.web.panels import counts_of


@require_safe
@page
def home(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show what waits for the actor, least time left first."""
    with looking(actor):
        panels = waiting.panels(actor)
    return render(request, "web/home.html", {"panels": panels, "counts": counts_of(panels)})


@require_safe
@page
def rail(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Give the left rail with its counts, for the page that asks for it."""
    with looking(actor):
        panels = waiting.panels(actor)
    here = urlsplit(request.headers.get("HX-Current-URL", "")).path
    return render(request, "web/rail.html", {"counts": counts_of(panels), "here": here})
