"""Write a message for a party as an outbox row, ring a worker for it, call it back."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import QuerySet

from broker.basics.bell import ring
from broker.basics.clock import now
from broker.basics.ids import uuid7
from broker.courier.connector import connector_named
from broker.courier.message import message_bytes
from broker.courier.models import Dispatch, Status
from broker.crypto.canonical import Json
from broker.ledger.append import Subject
from broker.parties.directory import contact_point
from broker.parties.models import ContactPoint, Organisation


def dispatch_for(
    *,
    kind: str,
    subject: Subject,
    reference: str,
    recipient: Organisation | ContactPoint,
    body: Mapping[str, Json],
    due_at: datetime | None = None,
) -> Dispatch:
    """Return the unsaved outbox row for a message; the caller inserts it with its step.

    `kind` names the message, such as "referral.order"; `body` is its content (canonical
    profile: no floats). Given a contact point, no query is made; given an organisation, its
    current one is looked up. `due_at` orders the post: earliest first.
    Raises NotFound without a contact point, Invalid for a body outside the profile or a
    connector that is not installed.
    """
    point = recipient if isinstance(recipient, ContactPoint) else contact_point(recipient)
    key, at = uuid7(), now()
    stays = not connector_named(point.connector).goes_out
    return Dispatch(
        id=key,
        kind=kind,
        subject_type=subject.type,
        subject_id=str(subject.id),
        reference=reference,
        organisation_id=point.organisation_id,
        contact_point=point,
        connector=point.connector,
        body=message_bytes(
            dispatch=str(key), kind=kind, reference=reference, issued=at, content=body
        ),
        created_at=at,
        due_at=due_at,
        next_attempt_at=at,
        status=Status.DELIVERED if stays else Status.WAITING,
        delivered_at=at if stays else None,
    )


def ring_for(dispatches: Iterable[Dispatch]) -> None:
    """Ring a worker, once the caller's transaction commits, for those rows that go out."""
    ids = [str(dispatch.id) for dispatch in dispatches if dispatch.status == Status.WAITING]
    if ids:
        ring("broker.courier.tasks.deliver", ids)


def hold(subject: Subject) -> None:
    """Lock the messages about `subject` whose receipt is not proven, before locking its case.

    A receipt locks its message first and its case after it; an act that moves the case and
    then its messages takes this lock at its beginning, or the two wait for each other.
    """
    list(_unproven(subject).select_for_update().order_by("pk").values_list("pk"))


def call_back(subject: Subject) -> int:
    """Cancel every message about `subject` that nobody provably has; return how many.

    Within the caller's transaction, which began with `hold`. A message already on the wire
    may still arrive; its answer is then dropped.
    """
    waiting = _unproven(subject).exclude(status=Status.CANCELLED)
    return waiting.update(status=Status.CANCELLED, lease_token=None)


def _unproven(subject: Subject) -> QuerySet[Dispatch]:
    return Dispatch.objects.filter(
        subject_type=subject.type, subject_id=str(subject.id), receipt_at=None
    )
