"""What can be asked about requests. Every query starts at what the actor may see.

What an enforcing authority has not cleared is shown to the issuing side nowhere: not in the
state (a package that came early moves none), the clocks, the timeline or the packages.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, QuerySet

from broker.basics.actor import Actor
from broker.basics.clock import now
from broker.basics.errors import NotFound
from broker.clocks.models import Clock, Status
from broker.clocks.queries import of_subjects
from broker.law.events import LegalEvent
from broker.law.form import Audience
from broker.ledger.reading import PastEvent, events_of
from evidence.flow import AT_WORK, OPEN, State
from evidence.models import Message, Package, Request, ReviewOutcome
from evidence.policy import audience, packages_visible_to, visible_to

DUE_SOON = timedelta(hours=24)
WITHHELD = "withheld"
# Events of a case that tell of a package.
_TELL_OF_PACKAGES = frozenset({"request.deposit", "request.receive_package", "package.linked"})
_SIDES = ("issuer", "validator", "office", "platform", "authority")


def case(actor: Actor, reference: str) -> Request:
    """Return one request with its parties, or raise NotFound, which is all a stranger learns."""
    found = all_seen(actor).filter(reference=reference.upper()).first()
    if found is None:
        raise NotFound(
            "There is no such request.",
            why="It does not exist, or it does not concern your organisation.",
            remedy="Check the reference.",
        )
    return found


def all_seen(actor: Actor) -> QuerySet[Request]:
    """Return every request the actor sees, in no order."""
    return visible_to(actor).select_related(*_SIDES)


def queue(actor: Actor) -> QuerySet[Request]:
    """Return the open requests the actor sees, least time left first."""
    least_left = F("due_at").asc(nulls_last=True)
    return all_seen(actor).filter(state__in=OPEN).order_by(least_left, "id")


def recently_closed(actor: Actor) -> QuerySet[Request]:
    """Return the requests that are closed or withdrawn, the last moved first."""
    return all_seen(actor).exclude(state__in=OPEN).order_by("-moved_at", "-id")


def in_state(actor: Actor, *states: State) -> QuerySet[Request]:
    """Return the requests in these states, least time left first."""
    return queue(actor).filter(state__in=states)


def due_soon(actor: Actor) -> QuerySet[Request]:
    """Return requests a platform works on with less than a day left, or none."""
    return in_state(actor, *AT_WORK).filter(due_at__lte=now() + DUE_SOON)


def packages(actor: Actor, request: Request) -> list[Package]:
    """Return the packages of the request that the actor may know of, oldest first."""
    return list(packages_visible_to(actor).filter(request=request))


def package(actor: Actor, package_id: UUID) -> Package:
    """Return one package with its request, or raise NotFound: withheld ones are not there."""
    found = (
        packages_visible_to(actor)
        .select_related("request", *(f"request__{side}" for side in _SIDES))
        .filter(id=package_id)
        .first()
    )
    if found is None:
        raise NotFound(
            "There is no such package.",
            why="It does not exist, or it is not for your organisation.",
            remedy="Check the package's id.",
        )
    return found


def holds_withheld(request: Request) -> bool:
    """Tell whether a package lies here that waits for the enforcing authority."""
    return request.packages.filter(released_at=None).exists()


def seen_state(actor: Actor, request: Request) -> State:
    """Return the state as the actor may see it.

    A package that came early moved no state; those who may know of it are told that it is here.
    """
    state = State(request.state)
    if state not in AT_WORK or audience(actor, request) is Audience.ISSUER:
        return state
    return State.PACKAGE_RECEIVED if holds_withheld(request) else state


def clocks(actor: Actor, request: Request) -> list[Clock]:
    """Return the request's clocks as the actor may see them, oldest first; never save these.

    To the issuing side a clock that an early package stopped shows as if none had come.
    """
    rows = list(of_subjects([request.id]))
    if audience(actor, request) is Audience.ISSUER and holds_withheld(request):
        for clock in rows:
            if clock.status == Status.MET and LegalEvent.PACKAGE_RECEIVED in clock.period.stop:
                clock.status, clock.stopped_at = _without_package(clock, request)
    return rows


def _without_package(clock: Clock, request: Request) -> tuple[Status, datetime | None]:
    """Return how the clock would stand, and since when it would stand still."""
    ended = request.decided_at if request.decision == ReviewOutcome.OBJECTED else None
    if ended is None and request.state == State.WITHDRAWN:
        return Status.VOID, request.moved_at
    if clock.lapses_at is not None and clock.lapses_at <= (ended or now()):
        return Status.LAPSED, ended
    return (Status.MET, ended) if ended else (Status.RUNNING, None)


def timeline(actor: Actor, request: Request) -> list[PastEvent]:
    """Return the case's events, oldest first, as the actor may see them.

    A body that is not for the actor is null; an event that tells of a withheld package is
    shown as withheld, not left out, so that the chain can be followed.
    """
    seat = audience(actor, request)
    hides = seat is Audience.ISSUER and holds_withheld(request)
    return [_as_seen(event, actor, seat, hides=hides) for event in events_of(request.stream)]


def _as_seen(event: PastEvent, actor: Actor, seat: Audience, *, hides: bool) -> PastEvent:
    if hides and event.verb in _TELL_OF_PACKAGES:
        return replace(event, verb=WITHHELD, body=None)
    if seat in {Audience.ISSUER, Audience.OVERSEER} or _is_by(event, actor):
        return event
    return replace(event, body=None)


def _is_by(event: PastEvent, actor: Actor) -> bool:
    who = (event.body or {}).get("actor")
    return isinstance(who, dict) and who.get("organisation") == actor.organisation


def messages(actor: Actor, request: Request) -> list[Message]:
    """Return what the sides said of the request, oldest first, to whoever sees the request."""
    seen = Message.objects.filter(request=request, request__in=visible_to(actor))
    return list(seen.select_related("organisation", "request"))
