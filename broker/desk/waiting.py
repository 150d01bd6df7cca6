"""What waits for an actor in both kinds of business, as panels of the start page."""

from collections.abc import Iterable, Sequence

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from broker.access.permissions import Permission
from broker.access.roles import holds
from broker.basics.actor import Actor
from broker.web.panels import MOST, Panel, Row, address_of, counted
from referrals import queries as referrals
from referrals.flow import State
from referrals.models import Referral

SHOWN = 6


def panels(actor: Actor) -> list[Panel]:
    """Return the panels of the actor's seats; call it inside `looking(actor)`."""
    return [*_referrals(actor)]


def _referrals(actor: Actor) -> Iterable[Panel]:
    """One query: the most urgent open referrals, sorted into what each of them waits for."""
    if not holds(actor, Permission.REFERRAL_READ):
        return
    cases = list(referrals.queue(actor)[:MOST])
    if holds(actor, Permission.REFERRAL_ANSWER):
        waiting = _in(cases, State.SENT, State.RECEIVED, State.IMPEDED)
        yield _panel("referral-inbox", _("Referrals to answer"), waiting, "referrals:inbox", actor)
    else:
        yield from _of_the_unit(cases, actor)


def _of_the_unit(cases: Sequence[Referral], actor: Actor) -> Iterable[Panel]:
    asked = _in(cases, State.CLARIFYING)
    if asked and holds(actor, Permission.REFERRAL_CLARIFY):
        yield _panel("clarify", _("A platform asks back"), asked, "referrals:queue", actor)
    if holds(actor, Permission.REFERRAL_APPROVE):
        drafts = _in(cases, State.DRAFT)
        yield _panel("approvals", _("Drafts to approve"), drafts, "referrals:approvals", actor)
    approved = _in(cases, State.APPROVED)
    if approved and holds(actor, Permission.REFERRAL_SEND):
        yield _panel("send", _("Approved, to send"), approved, "referrals:queue", actor)
    answered = _in(cases, State.ANSWERED)
    if answered and holds(actor, Permission.REFERRAL_CLOSE):
        yield _panel("close", _("Answered, to close"), answered, "referrals:queue", actor)
    out = _in(cases, State.SENT, State.RECEIVED, State.IMPEDED)
    yield _panel("referrals", _("With the platforms"), out, "referrals:queue", actor)


def _in(cases: Sequence[Referral], *states: State) -> list[Referral]:
    return [case for case in cases if case.state in states]


def _panel(key: str, title: str, cases: list[Referral], route: str, actor: Actor) -> Panel:
    rows = [_row(case, actor) for case in cases[:SHOWN]]
    return Panel(key, title, counted(cases), rows, address_of(route))


def _row(case: Referral, actor: Actor) -> Row:
    other = case.unit if str(case.platform_id) == actor.organisation else case.platform
    return Row(
        reference=case.reference,
        address=address_of("referrals:case", case.reference),
        words=f"{other.name} · {case.instrument.title.say(get_language() or 'en')}",
        state=case.state,
        clock=case if case.due_at else None,
    )
