"""What waits for an actor, as panels of the start page: two queries, sorted by the table."""

from collections.abc import Iterable, Iterator, Sequence

from django.utils.translation import get_language

from broker.access.permissions import Permission
from broker.access.roles import granted, holds
from broker.basics.actor import Actor
from broker.desk import alerts
from broker.desk.waits import REFERRALS, REQUESTS, Wait
from broker.web.panels import MOST, Panel, Row, address_of, counted
from evidence import queries as evidence
from evidence.models import Request
from referrals import queries as referrals
from referrals.models import Referral

SHOWN = 6

type Waiting = Referral | Request


def panels(actor: Actor) -> list[Panel]:
    """Return the panels of the actor's seats; call it inside `looking(actor)`.

    What rang costs one query, each kind of business one for its most urgent open cases.
    """
    rung = alerts.panel(actor)
    found = list(_panels(REFERRALS, _referrals(actor), actor))
    return [*([rung] if rung else []), *found, *_panels(REQUESTS, _requests(actor), actor)]


def _referrals(actor: Actor) -> Sequence[Waiting]:
    may_read = holds(actor, Permission.REFERRAL_READ)
    return list(referrals.queue(actor)[:MOST]) if may_read else []


def _requests(actor: Actor) -> Sequence[Waiting]:
    may_read = holds(actor, Permission.REQUEST_READ)
    return list(evidence.queue(actor)[:MOST]) if may_read else []


def _panels(waits: Iterable[Wait], cases: Sequence[Waiting], actor: Actor) -> Iterator[Panel]:
    held = granted(actor)
    for wait in waits:
        if wait.needs not in held or wait.unless in held:
            continue
        there = [case for case in cases if case.state in wait.states]
        if there or wait.always:
            yield _panel(wait, there, actor)


def _panel(wait: Wait, cases: Sequence[Waiting], actor: Actor) -> Panel:
    rows = [_row(case, actor) for case in cases[:SHOWN]]
    return Panel(wait.key, str(wait.title), counted(cases), rows, address_of(wait.route))


def _row(case: Waiting, actor: Actor) -> Row:
    app = "referrals" if isinstance(case, Referral) else "evidence"
    asks = case.unit if isinstance(case, Referral) else case.issuer
    other = asks if str(case.platform_id) == actor.organisation else case.platform
    return Row(
        reference=case.reference,
        address=address_of(f"{app}:case", case.reference),
        words=f"{other.name} · {case.instrument.title.say(get_language() or 'en')}",
        state=case.state,
        clock=case if case.due_at else None,
    )
