"""What the lists of requests show beside each row: time left, withheld or not, windows."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce

from broker.api.cursors import Order
from broker.basics.actor import Actor
from broker.clocks.models import Clock
from evidence import queries
from evidence.flow import REQUEST, UNDER_REVIEW, State
from evidence.models import Request, ReviewOutcome
from evidence.policy import may, packages_visible_to

BY_DUE = Order("queue_at")
BY_MOVE = Order("moved_at", newest_first=True)
# Where a request without a running period stands among those that have one.
_NOT_DUE = datetime(2999, 1, 1, tzinfo=UTC)
MOST = 200


def by_due(rows: QuerySet[Request]) -> QuerySet[Request]:
    """Return the rows with `queue_at`, the instant they are sorted by, which is never null."""
    return rows.annotate(queue_at=Coalesce("due_at", Value(_NOT_DUE)))


def to_validate(actor: Actor) -> list[Request]:
    """Return the drafts that the actor may validate, the oldest first."""
    step = REQUEST.step("validate", State.DRAFT)
    drafts = queries.in_state(actor, State.DRAFT).order_by("opened_at")[:MOST]
    return [draft for draft in drafts if draft.data_categories and may(actor, step, draft).allowed]


def to_scrutinise(actor: Actor) -> list[Request]:
    """Return the requests that the actor's authority was notified of and has not decided."""
    rows = queries.in_state(actor, *UNDER_REVIEW)
    open_ones = rows.filter(Q(authority=actor.organisation), decision=ReviewOutcome.NONE)
    return list(open_ones[:MOST])


def windows_of(cases: Iterable[Request]) -> dict[UUID, Clock]:
    """Return the running window of the enforcing authority of each case that has one."""
    named = {case.id: case.instrument.notification for case in cases if case.authority_id}
    names = {name for told in named.values() if told for name in (told.clock, told.clock_emergency)}
    running = Clock.objects.filter(subject_id__in=named, name__in=names, stopped_at=None)
    return {clock.subject_id: clock for clock in running}


def withheld_of(cases: Sequence[Request], actor: Actor) -> set[UUID]:
    """Return the cases in which a package waits for the authority, as far as the actor may know."""
    seen = packages_visible_to(actor).filter(request__in=cases, released_at=None)
    return set(
        seen.exclude(request__decision=ReviewOutcome.OBJECTED).values_list("request", flat=True)
    )
