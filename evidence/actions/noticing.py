"""The enforcing authority takes its notification in: that proves its receipt, its window begins."""

from django.db.models import Q

from broker.basics.actor import Actor
from broker.basics.clock import now
from broker.basics.errors import NotAllowed, WrongState
from broker.courier.models import Dispatch
from broker.courier.receipts import proven
from evidence.actions.sending import NOTIFICATION
from evidence.models import Request


def take_notice(case: Request, *, actor: Actor) -> None:
    """Record that the authority opened the notification now; its window to decide begins.

    Raises NotAllowed for anyone else, WrongState when nothing waits to be taken in.
    Source: Regulation (EU) 2023/1543, Art. 8(1), 10(2), 12(1).
    """
    if actor.organisation != str(case.authority_id):
        raise NotAllowed(
            "This notification is for another authority.",
            remedy="Only the enforcing authority that was notified takes it in.",
        )
    waits = Q(kind=NOTIFICATION, subject_type="request", subject_id=str(case.id), receipt_at=None)
    ids = list(Dispatch.objects.filter(waits).values_list("id", flat=True))
    proof = {"event": "opened", "by": actor.service_number}
    if not proven(ids, at=now(), proof=proof):
        raise WrongState(
            "The notification was taken in before.",
            why="Its window began when its receipt was first proven.",
            remedy="Read the case: its clock shows until when a ground may be raised.",
        )
