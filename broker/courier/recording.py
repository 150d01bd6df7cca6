"""Write down what came of one attempt, unless the lease has passed to another worker."""

import logging
from typing import Any

from broker.access.acting import acting
from broker.basics.actor import SYSTEM
from broker.courier.connector import Outcome
from broker.courier.models import Dispatch, Status
from broker.courier.receipts import judged
from broker.courier.retrying import next_attempt
from broker.courier.signals import dispatch_failed, receipt_proven

log = logging.getLogger("broker.courier")


def record(dispatch: Dispatch, outcome: Outcome) -> None:
    """Record one attempt in a transaction of its own and send the news within it.

    An outcome whose lease has ended is dropped: the newer attempt counts.
    """
    with acting(SYSTEM):
        if outcome.fault:
            _record_fault(dispatch, outcome)
        else:
            _record_handover(dispatch, outcome)


def _record_handover(dispatch: Dispatch, outcome: Outcome) -> None:
    proof = judged(dispatch, outcome.proof) if outcome.proof is not None else None
    held = _move(
        dispatch,
        status=Status.DELIVERED,
        delivered_at=outcome.at,
        receipt_at=outcome.at if proof else None,
        receipt=proof,
        last_fault="",
    )
    if held and proof:
        receipt_proven.send(sender=Dispatch, dispatches=[dispatch], at=outcome.at)


def _record_fault(dispatch: Dispatch, outcome: Outcome) -> None:
    again = next_attempt(attempts=dispatch.attempts, since=dispatch.created_at, at=outcome.at)
    log.warning(
        "dispatch_not_handed_over",
        extra={"dispatch": str(dispatch.pk), "attempts": dispatch.attempts, "final": again is None},
    )
    held = _move(
        dispatch,
        status=Status.WAITING if again else Status.FAILED,
        next_attempt_at=again or outcome.at,
        last_fault=outcome.fault[:500],
    )
    if held and again is None:
        dispatch_failed.send(sender=Dispatch, dispatches=[dispatch], at=outcome.at)


def _move(dispatch: Dispatch, **changes: Any) -> bool:
    """Change the row if the lease still holds; the object in hand follows."""
    changes["lease_token"] = None
    held = Dispatch.objects.filter(pk=dispatch.pk, lease_token=dispatch.lease_token).update(
        **changes
    )
    if not held:
        log.warning("lease_lost", extra={"dispatch": str(dispatch.pk)})
        return False
    for name, value in changes.items():
        setattr(dispatch, name, value)
    return True
