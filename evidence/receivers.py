"""News that moves requests: a proven receipt, a lapsed period."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.dispatch import receiver

from broker.basics.actor import SYSTEM
from broker.clocks.models import Clock
from broker.clocks.signals import periods_lapsed
from broker.courier.models import Dispatch
from broker.courier.signals import receipt_proven
from broker.law import catalogue
from broker.law.clock import ClockKind
from broker.law.events import LegalEvent
from evidence.actions.lapsing import note_lapse
from evidence.actions.reviewing import note_notified, note_silence
from evidence.actions.sending import NOTIFICATION, ORDER, receive
from evidence.flow import UNDER_REVIEW, State
from evidence.models import Request


@receiver(receipt_proven)
def on_receipt(dispatches: list[Dispatch], at: datetime, **_: Any) -> None:
    """Start the clocks of every order and every notification whose receipt is proven."""
    orders = _of_kind(dispatches, ORDER)
    for case in Request.objects.filter(id__in=orders, state=State.SENT).order_by("id"):
        receive(case, actor=SYSTEM, at=at, proof=_proof(orders[case.id]))
    told = _of_kind(dispatches, NOTIFICATION)
    waiting = Request.objects.filter(id__in=told, state__in=UNDER_REVIEW, notified_at=None)
    for case in waiting.order_by("id"):
        note_notified(case, at=at, proof=_proof(told[case.id]))


@receiver(periods_lapsed)
def on_lapse(clocks: list[Clock], **_: Any) -> None:
    """Note what was not produced in time; release what an authority's silence set free."""
    own = [clock for clock in clocks if clock.subject_type == "request"]
    if late := [clock for clock in own if _is_production(clock)]:
        note_lapse(_cases(late), ends=_ends(late))
    if silent := [clock for clock in own if _is_review(clock)]:
        note_silence(_cases(silent), ends=_ends(silent))


def _of_kind(dispatches: Sequence[Dispatch], kind: str) -> dict[UUID, Dispatch]:
    return {UUID(each.subject_id): each for each in dispatches if each.kind == kind}


def _proof(dispatch: Dispatch) -> dict[str, Any]:
    return {"dispatch": str(dispatch.id), **(dispatch.receipt or {})}


def _is_production(clock: Clock) -> bool:
    """Tell whether it is the addressee's own period to produce."""
    period = clock.period
    return period.kind is ClockKind.COMPLY and LegalEvent.PACKAGE_RECEIVED in period.stop


def _is_review(clock: Clock) -> bool:
    told = catalogue.get(clock.instrument_id, clock.instrument_version).notification
    return told is not None and clock.name in {told.clock, told.clock_emergency}


def _cases(clocks: Sequence[Clock]) -> list[Request]:
    return list(Request.objects.filter(id__in=[clock.subject_id for clock in clocks]))


def _ends(clocks: Sequence[Clock]) -> dict[UUID, datetime]:
    return {clock.subject_id: clock.lapses_at for clock in clocks if clock.lapses_at}
