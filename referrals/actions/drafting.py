"""Draft a referral, change the draft, take an approved one back to the desk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from broker.access.permissions import Permission
from broker.access.roles import holds
from broker.basics.actor import Actor
from broker.basics.errors import Invalid, NotAllowed
from broker.basics.ids import public_reference
from broker.flow import engine
from broker.flow.engine import Deed, Taken
from broker.forms.validation import validate
from broker.law import catalogue
from broker.law.instrument import Instrument
from broker.law.terms import FlowKind
from broker.parties.listing import listed
from broker.parties.models import Organisation
from referrals import queries, targets
from referrals.flow import REFERRAL
from referrals.models import Approval, Item, Referral
from referrals.policy import may


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person or a system brings: the instrument, whom to ask, targets, form values."""

    instrument: str
    platform: str
    targets: Sequence[str]
    form: Mapping[str, Any]
    note: str = ""


def draft(brought: Draft, *, actor: Actor) -> Taken[Referral]:
    """Begin a referral as a draft. Form values may be missing still, but none may be wrong.

    Raises Invalid with a fault per field, NotFound, NotAllowed or WrongState.
    """
    referral, items = new_referral(brought, actor=actor)
    return engine.begin(
        REFERRAL,
        "draft",
        referral,
        actor=actor,
        may=may,
        deed=Deed(new=facts_of(referral, items), rows=items),
    )


def new_referral(
    brought: Draft, *, actor: Actor, whole: bool = False
) -> tuple[Referral, list[Item]]:
    """Return an unsaved referral and its items; `whole` demands every field of the form."""
    instrument = usable_instrument(brought.instrument, actor)
    platform = addressee(brought.platform, instrument)
    found = targets.read_many(list(brought.targets))
    form = validate(instrument.form, brought.form, draft=not whole)
    unit = listed(actor.organisation)
    assert unit is not None
    referral = Referral(
        reference=public_reference("R"),
        instrument_id=instrument.id,
        instrument_version=instrument.version,
        instrument_sha256=instrument.sha256,
        unit=unit,
        platform=platform,
        drafted_by=actor.id,
        drafted_by_number=actor.service_number,
        form=form,
        note=brought.note,
    )
    return referral, items_of(referral, found)


def usable_instrument(instrument_id: str, actor: Actor) -> Instrument:
    """Return the instrument if a new referral may begin under it and the actor may use it."""
    if not holds(actor, Permission.REFERRAL_DRAFT):
        raise NotAllowed(
            "Your seat does not draft referrals.",
            why=f"The seat {actor.role} does not hold {Permission.REFERRAL_DRAFT}.",
            remedy="Ask an officer of a referral unit.",
        )
    instrument = catalogue.require_open(instrument_id, settings.MODE)
    issuers = instrument.issuers
    if instrument.flow is not FlowKind.REFERRAL or not (
        actor.organisation_kind in issuers.organisation_kinds and actor.roles & set(issuers.seats)
    ):
        raise NotAllowed(
            f"You may not issue under {instrument.id}.",
            why=f"It is issued by {', '.join(issuers.seats)} of a "
            f"{' or '.join(issuers.organisation_kinds)}.",
            remedy="Choose an instrument that your organisation may use.",
        )
    return instrument


def addressee(slug: str, instrument: Instrument) -> Organisation:
    """Return the organisation to be asked, or raise Invalid naming the field."""
    kinds = instrument.addressee.organisation_kinds
    found = listed(slug)
    if found is None or found.kind not in kinds or found.slug != slug:
        raise Invalid(
            "The addressee is not in the directory.",
            why=f"This instrument is addressed to a {' or '.join(kinds)}.",
            remedy="Choose one from the directory.",
            fields={"platform": ["Choose an addressee from the directory."]},
        )
    return found


def items_of(referral: Referral, found: Sequence[targets.Target]) -> list[Item]:
    """Return the unsaved items for these targets, in their order."""
    return [
        Item(
            referral=referral,
            position=position,
            url=target.url,
            target=target.target,
            target_sha256=target.sha256,
        )
        for position, target in enumerate(found, start=1)
    ]


def facts_of(referral: Referral, items: Sequence[Item]) -> dict[str, Any]:
    """Return what the ledger keeps of a draft: everything that was entered."""
    return {
        "reference": referral.reference,
        "platform": str(referral.platform_id),
        "items": [{"position": item.position, "url": item.url} for item in items],
        "form": referral.form,
    }


def edit(referral: Referral, form: Mapping[str, Any], *, actor: Actor) -> Taken[Referral]:
    """Change the values of a draft; approvals given so far are void, since the text changed.

    Whoever changed it last stands behind the text as its drafter: where two people must stand
    behind an order, the approval is another person's.
    """

    def deed(locked: Referral) -> Deed:
        values = validate(locked.instrument.form, form, draft=True)
        Approval.objects.filter(referral=locked, void=False).update(void=True)
        drafter = {"drafted_by": actor.id, "drafted_by_number": actor.service_number}
        return Deed(
            old={"form": locked.form}, new={"form": values}, changes={"form": values, **drafter}
        )

    return engine.take(REFERRAL, "edit", referral, actor=actor, may=may, deed=deed)


def reopen(referral: Referral, *, actor: Actor) -> Taken[Referral]:
    """Take an approved referral that was not sent back to the desk; its approvals are void."""

    def deed(locked: Referral) -> Deed:
        Approval.objects.filter(referral=locked, void=False).update(void=True)
        return Deed(
            changes={"order": None, "order_signature": None, "order_key": ""},
        )

    return engine.take(REFERRAL, "reopen", referral, actor=actor, may=may, deed=deed)


def duplicates(actor: Actor, pasted: Sequence[str]) -> list[Item]:
    """Return earlier items of the actor's own cases that point at one of these addresses."""
    found = targets.read_many(list(pasted))
    return queries.earlier(actor, [target.sha256 for target in found])
