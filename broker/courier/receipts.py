"""What proves that a party has a message: by its answer, or through one of the two faces."""

import base64
import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from broker.basics.errors import Invalid
from broker.courier.message import read_receipt
from broker.courier.models import OPEN, Dispatch, Status
from broker.courier.signals import receipt_proven
from broker.crypto.canonical import sha256_hex
from broker.crypto.keys import PublicKey
from broker.parties.models import KeyUse, PartyKey

log = logging.getLogger("broker.courier")


def waiting_for(organisation_id: str | UUID) -> QuerySet[Dispatch]:
    """Return the party's messages whose receipt is not proven yet, whatever their connector."""
    return Dispatch.objects.filter(organisation_id=organisation_id, receipt_at=None).exclude(
        status=Status.CANCELLED
    )


def proven(
    dispatch_ids: Iterable[str | UUID], *, at: datetime, proof: Mapping[str, Any]
) -> list[Dispatch]:
    """Record that these messages were received at `at`; return those that are news.

    For the API (fetched, acknowledged) and the web inbox (opened), inside their act. A message
    whose receipt was proven before keeps its first receipt. `proof` names the event and what
    shows it, such as {"event": "opened", "by": service number}. The signal `receipt_proven`
    goes out within the transaction.
    """
    fresh = list(
        Dispatch.objects.select_for_update()
        .filter(Q(pk__in=list(dispatch_ids)), receipt_at=None)
        .exclude(status=Status.CANCELLED)
        .order_by("pk")
    )
    for dispatch in fresh:
        _mark(dispatch, at=at, proof=proof)
    Dispatch.objects.bulk_update(
        fresh, ["status", "delivered_at", "receipt_at", "receipt", "lease_token"]
    )
    if fresh:
        receipt_proven.send(sender=Dispatch, dispatches=fresh, at=at)
    return fresh


def _mark(dispatch: Dispatch, *, at: datetime, proof: Mapping[str, Any]) -> None:
    if dispatch.status in {*OPEN, Status.FAILED}:
        dispatch.status, dispatch.delivered_at = Status.DELIVERED, at
    dispatch.lease_token = None
    dispatch.receipt_at, dispatch.receipt = at, dict(proof)


def judged(dispatch: Dispatch, proof: Mapping[str, Any]) -> dict[str, Any]:
    """Return `proof` with `signed`: does the receiver's own receipt in it hold?

    The receipt is proven without it; a signed one lets the broker prove it to others.
    """
    if "receipt" not in proof:
        return {**proof, "signed": False}
    try:
        _demand_receipt(dispatch, proof)
    except Invalid as fault:
        log.warning(
            "receipt_signature_refused", extra={"dispatch": str(dispatch.pk), "fault": fault.what}
        )
        return {**proof, "signed": False, "fault": fault.what}
    return {**proof, "signed": True}


def _demand_receipt(dispatch: Dispatch, proof: Mapping[str, Any]) -> None:
    key = PartyKey.objects.filter(
        organisation_id=dispatch.organisation_id,
        use=KeyUse.MESSAGE,
        sha256=proof["receipt_keyid"],
        revoked__isnull=True,
    ).first()
    if key is None:
        raise Invalid("The receipt is signed by a key that is not the receiver's.")
    public = PublicKey.from_spki(base64.b64decode(key.value))
    receipt = read_receipt(proof["receipt"].encode(), public=public)
    wanted = (str(dispatch.pk), sha256_hex(bytes(dispatch.body)))
    if (receipt.dispatch, receipt.message_sha256) != wanted:
        raise Invalid("The receipt is for another message.")
