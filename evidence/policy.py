"""Who may do what with which request: the object question above, the list questions below.

What an enforcing authority has not cleared does not exist for the issuing side; every query
for packages starts at `packages_visible_to`.
"""

from collections.abc import Iterable, Set

from django.db.models import Q, QuerySet

from broker.access.decision import Decision, allow, deny
from broker.access.permissions import Permission
from broker.access.roles import Role, holds
from broker.basics.actor import Actor
from broker.flow.table import Step
from broker.law.form import Audience
from broker.law.terms import DataCategory
from evidence.flow import SHOWN_OUTSIDE, State
from evidence.models import Package, Request, ReviewOutcome

_OF_THE_ISSUER = frozenset({Permission.REQUEST_DRAFT})
_OF_THE_ISSUING_SIDE = frozenset(
    {
        Permission.REQUEST_VALIDATE,
        Permission.REQUEST_SEND,
        Permission.REQUEST_CLARIFY,
        Permission.REQUEST_WITHDRAW,
        Permission.REQUEST_CLOSE,
    }
)
_OF_THE_PLATFORM = frozenset(
    {Permission.REQUEST_RECEIVE, Permission.REQUEST_ANSWER, Permission.PACKAGE_UPLOAD}
)


def may(actor: Actor, step: Step[State], request: Request) -> Decision:
    """Decide whether `actor` may take `step` with `request`."""
    if not holds(actor, step.permission):
        return deny(
            f"Your seat ({actor.role}) does not hold {step.permission}.",
            "Ask someone whose seat holds it.",
        )
    if Role.SYSTEM in actor.roles:
        return allow()
    if actor.organisation not in _sides(step.permission, request):
        return deny("This step belongs to another side of the case.")
    if step.permission is Permission.REQUEST_VALIDATE:
        return _may_validate(actor, request)
    return allow()


def _sides(permission: Permission, request: Request) -> Set[str]:
    """Return the organisations that `permission` is for in this case."""
    if permission in _OF_THE_ISSUER:
        return {str(request.issuer_id)}
    if permission in _OF_THE_ISSUING_SIDE:
        return {str(request.issuer_id), str(request.validator_id)}
    if permission in _OF_THE_PLATFORM:
        return {str(request.platform_id)}
    if permission is Permission.PACKAGE_RETRIEVE:
        return {str(request.office_id)}
    if permission is Permission.REQUEST_SCRUTINISE:
        return {str(request.authority_id)}
    return frozenset()


def _may_validate(actor: Actor, request: Request) -> Decision:
    """Ask the data categories: exactly the people of Art. 4 stand behind an order."""
    if actor.channel == "api":
        return deny(
            "An order is validated by a person who has read it.",
            "Read it and validate it in the portal.",
        )
    categories = categories_of(request)
    if actor.organisation == str(request.issuer_id) and may_issue_alone(actor.roles, categories):
        return allow()
    if actor.organisation == str(request.validator_id) and may_validate(actor.roles, categories):
        return allow()
    seats = sorted(set.intersection(*(set(each.validate) for each in categories)))
    return deny(
        f"For {', '.join(each.id for each in categories)} the law asks a {' or '.join(seats)}.",
        "Ask one of them to read and validate it.",
    )


def categories_of(request: Request) -> list[DataCategory]:
    """Return the categories of data the request asks for, as its instrument has them."""
    return [request.instrument.data_category(each) for each in request.data_categories]


def may_issue_alone(seats: Set[str], categories: Iterable[DataCategory]) -> bool:
    """Tell whether a person in one of `seats` may order all these data without validation."""
    return all(seats & set(each.issue_alone) for each in categories)


def may_issue(seats: Set[str], categories: Iterable[DataCategory]) -> bool:
    """Tell whether such a person may order all these data at all, validated or alone."""
    return all(seats & {*each.issue_alone, *each.issue_validated} for each in categories)


def may_validate(seats: Set[str], categories: Iterable[DataCategory]) -> bool:
    """Tell whether such a person may validate an order for all these data."""
    return all(seats & set(each.validate) for each in categories)


def audience(actor: Actor, request: Request) -> Audience:
    """Return as whom `actor` looks at the request: what of the form they see hangs on it."""
    if actor.organisation == str(request.platform_id):
        return Audience.ADDRESSEE
    if actor.organisation == str(request.authority_id):
        return Audience.ENFORCING_AUTHORITY
    if Role.OVERSEER in actor.roles:
        return Audience.OVERSEER
    return Audience.ISSUER


def must_take_in(actor: Actor, request: Request) -> bool:
    """Tell whether `actor` looks at an order or a notification that waits to be taken in.

    Until then it is shown who sent it and under which law, and nothing more: receipt is an
    act, never a reading. Source: docs/decisions, "A receipt is an act, never a reading".
    """
    if actor.organisation == str(request.platform_id):
        return request.received_at is None
    return actor.organisation == str(request.authority_id) and request.notified_at is None


def visible_to(actor: Actor) -> QuerySet[Request]:
    """Return the requests `actor` may see; every query starts here."""
    if not holds(actor, Permission.REQUEST_READ) and Role.SYSTEM not in actor.roles:
        return Request.objects.none()
    if actor.roles & {Role.OVERSEER, Role.SYSTEM}:
        return Request.objects.all()
    asks = Q(issuer=actor.organisation) | Q(validator=actor.organisation)
    told = Q(platform=actor.organisation) | Q(authority=actor.organisation)
    return Request.objects.filter(asks | (told & Q(state__in=SHOWN_OUTSIDE, sent_at__isnull=False)))


def packages_visible_to(actor: Actor) -> QuerySet[Package]:
    """Return the packages `actor` may know of.

    The issuing side learns of none before its release, in whatever state the case is, and no
    longer of one that the enforcing authority objected to.
    """
    if actor.roles & {Role.OVERSEER, Role.SYSTEM}:
        return Package.objects.filter(request__in=visible_to(actor))
    released = Q(released_at__isnull=False) & ~Q(request__decision=ReviewOutcome.OBJECTED)
    asks = (
        Q(request__office=actor.organisation)
        | Q(request__issuer=actor.organisation)
        | Q(request__validator=actor.organisation)
    )
    own = Q(request__platform=actor.organisation)
    return Package.objects.filter((asks & released) | own, request__in=visible_to(actor))
