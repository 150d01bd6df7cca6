"""What waits for an actor in both kinds of business, as panels of the start page."""

from collections.abc import Iterable

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
    if holds(actor, Permission.REFERRAL_APPROVE):
        drafts = referrals.in_state(actor, State.DRAFT)[:MOST]
        yield _panel("approvals", _("Drafts to approve"), list(drafts), "referrals:approvals")
    if holds(actor, Permission.REFERRAL_ANSWER):
        waiting = referrals.in_state(actor, State.SENT, State.RECEIVED)[:MOST]
        yield _panel("referral-inbox", _("Referrals to answer"), list(waiting), "referrals:inbox")
    elif holds(actor, Permission.REFERRAL_READ):
        open_ones = referrals.queue(actor)[:MOST]
        yield _panel("referrals", _("Open referrals"), list(open_ones), "referrals:queue")


def _panel(key: str, title: str, cases: list[Referral], route: str) -> Panel:
    rows = [_row(case) for case in cases[:SHOWN]]
    return Panel(key, title, counted(cases), rows, address_of(route))


def _row(case: Referral) -> Row:
    return Row(
        reference=case.reference,
        address=address_of("referrals:case", case.reference),
        words=f"{case.platform.name} · {case.instrument.title.en}",
        state=case.state,
        clock=case if case.due_at else None,
    )
