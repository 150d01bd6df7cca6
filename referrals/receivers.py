"""News that moves referrals: a proven receipt, a lapsed period."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from broker.basics.actor import SYSTEM
from broker.clocks.models import Clock
from broker.clocks.signals import periods_lapsed
from broker.courier.models import Dispatch
from broker.courier.signals import receipt_proven
from broker.law.clock import ClockKind
from referrals.actions.lapsing import note_lapse
from referrals.actions.sending import receive
from referrals.flow import State
from referrals.models import Referral


@receiver(receipt_proven)
def on_receipt(dispatches: list[Dispatch], at: datetime, **_: Any) -> None:
    """Start the clock of every order whose receipt is proven."""
    orders = {each.subject_id: each for each in dispatches if each.kind == "referral.order"}
    cases = Referral.objects.filter(id__in=orders, state=State.SENT)
    for case in cases.select_related("unit", "platform").order_by("id"):
        proof = {"dispatch": str(orders[str(case.id)].id), **(orders[str(case.id)].receipt or {})}
        receive(case, actor=SYSTEM, at=at, proof=proof)


@receiver(periods_lapsed)
def on_lapse(clocks: list[Clock], **_: Any) -> None:
    """Note in each case that its period to act went by without an answer."""
    lapsed = [
        clock
        for clock in clocks
        if clock.subject_type == "referral" and clock.period.kind is ClockKind.COMPLY
    ]
    if lapsed:
        cases = list(Referral.objects.filter(id__in=[clock.subject_id for clock in lapsed]))
        ends = {clock.subject_id: clock.lapses_at for clock in lapsed if clock.lapses_at}
        note_lapse(cases, ends=ends)
