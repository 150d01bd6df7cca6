"""The seat a signed-in officer works from: who, in which organisation, in which zone."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from broker.access.acting import looking
from broker.access.permissions import Permission
from broker.access.roles import granted
from broker.basics.actor import SYSTEM, Actor
from broker.basics.errors import Unauthenticated
from broker.parties.directory import actor_in, seats
from broker.parties.models import Membership, Officer, Organisation
from broker.web import engine
from broker.web.engine import Late

CHOSEN = "organisation"


@dataclass(frozen=True, slots=True)
class Seat:
    """What the page frame tells about who is signed in.

    `zone` is an IANA name; `engine_late` says how late the engine is, if it is.
    """

    actor: Actor
    officer_name: str
    organisation_name: str
    zone: str
    organisations_held: int
    engine_late: Late | None = None

    @property
    def roles(self) -> list[str]:
        return sorted(self.actor.roles)

    @property
    def permissions(self) -> frozenset[Permission]:
        return granted(self.actor)


class SeatNotChosen(Exception):
    """The officer has seats in several organisations and has not said which one to use."""


def officer_of(request: HttpRequest) -> Officer | None:
    """Return the officer who signed in with both steps, or None."""
    return request.user if isinstance(request.user, Officer) else None


def current(request: HttpRequest, officer: Officer) -> Seat:
    """Return the officer's seat for this request.

    Raises SeatNotChosen when there are several organisations and none is chosen, and
    Unauthenticated when the officer holds no seat or the organisation is frozen.
    """
    with looking(SYSTEM):
        held = list(seats(officer))
    organisation = _chosen(organisations(held), request.session.get(CHOSEN))
    return Seat(
        actor=actor_in(officer, organisation, held),
        officer_name=officer.display_name,
        organisation_name=organisation.name,
        zone=organisation.zone,
        organisations_held=len(organisations(held)),
        engine_late=engine.late(),
    )


def organisations(held: Sequence[Membership]) -> list[Organisation]:
    """Return the organisations of these seats, each once, by name."""
    once = {seat.organisation_id: seat.organisation for seat in held}
    return sorted(once.values(), key=lambda organisation: organisation.name)


def _chosen(open_to: list[Organisation], wanted: str | None) -> Organisation:
    if not open_to:
        raise Unauthenticated(
            "You are signed in but hold no seat.",
            why="Every account works from a seat that its own organisation gave it.",
            remedy="Ask the administrator of your organisation for a seat.",
        )
    if len(open_to) == 1:
        return open_to[0]
    for organisation in open_to:
        if organisation.party_id == wanted:
            return organisation
    raise SeatNotChosen
