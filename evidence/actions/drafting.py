"""Draft a request for data, change the draft, take a validated one back to the desk."""

from collections.abc import Mapping
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
from broker.forms.validation import applies, validate
from broker.law import catalogue
from broker.law.instrument import Instrument
from broker.law.terms import FlowKind
from broker.parties.models import Organisation, OrganisationKind
from evidence.flow import REQUEST
from evidence.models import Request, Validation
from evidence.policy import may, may_issue

# Offices that may hold evidence; a police unit asks through one of them.
_MAGISTRACY = (OrganisationKind.PROSECUTION, OrganisationKind.COURT)
_CATEGORIES = "data_categories"
# The field that gives the reasons of an emergency; its condition says when there is one.
_EMERGENCY = "emergency_reason"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person brings; organisations by their slugs.

    `validator` is the prosecution office or court that validates; it receives the package where
    the issuer is a police unit. `authority` is the enforcing authority, where one is notified.
    """

    instrument: str
    platform: str
    form: Mapping[str, Any]
    validator: str = ""
    authority: str = ""


def draft(brought: Draft, *, actor: Actor) -> Taken[Request]:
    """Begin a request as a draft. Form values may be missing still, but none may be wrong.

    Raises Invalid with a fault per field, NotAllowed or WrongState.
    """
    request, form = _new_request(brought, actor)
    return engine.begin(
        REQUEST,
        "draft",
        request,
        actor=actor,
        may=may,
        deed=Deed(new={**_facts_of(request), "form": form}),
    )


def edit(
    request: Request,
    form: Mapping[str, Any],
    *,
    actor: Actor,
    validator: str | None = None,
    authority: str | None = None,
) -> Taken[Request]:
    """Change a draft; organisations that are not given (None) stay, empty ones are taken out."""

    def deed(locked: Request) -> Deed:
        values = validate(locked.instrument.form, form, draft=True)
        before = locked.form
        changes = _from_form(locked.instrument, values, actor)
        changes["form_sealed"] = locked.sealed("form", values)
        changes |= _other_parties(locked, validator, authority)
        return Deed(old={"form": before}, new={"form": values}, changes=changes)

    return engine.take(REQUEST, "edit", request, actor=actor, may=may, deed=deed)


def reopen(request: Request, *, actor: Actor) -> Taken[Request]:
    """Take a validated request that was not sent back to the desk; its validation is void."""

    def deed(locked: Request) -> Deed:
        Validation.objects.filter(request=locked, void=False).update(void=True)
        issued = ("order", "order_signature", "issued_form_sealed")
        return Deed(changes={**dict.fromkeys(issued), "recipients": []})

    return engine.take(REQUEST, "reopen", request, actor=actor, may=may, deed=deed)


def usable_instrument(instrument_id: str, actor: Actor) -> Instrument:
    """Return the instrument if a new request may begin under it and the actor may use it."""
    if not holds(actor, Permission.REQUEST_DRAFT):
        raise NotAllowed(
            "Your seat does not draft requests for data.",
            why=f"The seat {actor.role} does not hold {Permission.REQUEST_DRAFT}.",
            remedy="Ask an officer, a prosecutor or a judge.",
        )
    instrument = catalogue.require_open(instrument_id, settings.MODE)
    issuers = instrument.issuers
    if instrument.flow is not FlowKind.PRODUCTION or not (
        actor.organisation_kind in issuers.organisation_kinds and actor.roles & set(issuers.seats)
    ):
        raise NotAllowed(
            f"You may not issue under {instrument.id}.",
            why=f"It is issued by {', '.join(issuers.seats)} of a "
            f"{' or '.join(issuers.organisation_kinds)}.",
            remedy="Choose an instrument that your organisation may use.",
        )
    return instrument


def _new_request(brought: Draft, actor: Actor) -> tuple[Request, dict[str, Any]]:
    instrument = usable_instrument(brought.instrument, actor)
    form = validate(instrument.form, brought.form, draft=True)
    issuer = Organisation.objects.get(id=str(actor.organisation))
    request = Request(
        reference=public_reference("E"),
        instrument_id=instrument.id,
        instrument_version=instrument.version,
        instrument_sha256=instrument.sha256,
        issuer=issuer,
        platform=_party("platform", brought.platform, instrument.addressee.organisation_kinds),
        drafted_by=actor.id,
        drafted_by_number=actor.service_number,
        drafted_by_role=actor.role,
    )
    others = _other_parties(request, brought.validator, brought.authority)
    for column, value in (others | _from_form(instrument, form, actor)).items():
        setattr(request, column, value)
    request.form_sealed = request.sealed("form", form)
    return request, form


def _from_form(instrument: Instrument, form: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """Return the columns that follow from the form: what is asked for, and whether at once."""
    asked = list(form.get(_CATEGORIES, []))
    categories = [instrument.data_category(each) for each in asked]
    if not may_issue(actor.roles, categories):
        raise NotAllowed(
            f"Your seat ({actor.role}) may not order these data.",
            why=f"The law names who may: {', '.join(asked)}.",
            remedy="Ask for other data, or let another authority issue the order.",
        )
    reason = instrument.form.field(_EMERGENCY)
    is_emergency = reason is not None and reason.when is not None and applies(reason.when, form)
    return {"data_categories": asked, "emergency": is_emergency}


def _other_parties(
    request: Request, validator: str | None, authority: str | None
) -> dict[str, Organisation | None]:
    """Return the columns of validator, enforcing authority and receiving office."""
    kinds = [notified.organisation_kind] if (notified := request.instrument.notification) else []
    chosen: dict[str, Organisation | None] = {}
    if validator is not None:
        chosen["validator"] = _party("validator", validator, _MAGISTRACY) if validator else None
        chosen["office"] = _office(request.issuer, chosen["validator"])
    if authority is not None:
        chosen["authority"] = _party("authority", authority, kinds) if authority else None
    return chosen


def _office(issuer: Organisation, validator: Organisation | None) -> Organisation:
    """Return who receives the package: the issuing magistrates, else the validating ones."""
    if issuer.kind in _MAGISTRACY:
        return issuer
    if validator is None:
        raise Invalid(
            "No prosecution office or court is named.",
            why="A unit's order is validated by one, which also receives the package.",
            remedy="Choose the office or court that validates the order.",
            fields={"validator": ["Choose a prosecution office or a court."]},
        )
    return validator


def _party(field: str, slug: str, kinds: tuple[str, ...] | list[str]) -> Organisation:
    """Return the organisation called `slug` of one of `kinds`, or raise Invalid for `field`."""
    found = Organisation.objects.filter(slug=slug, kind__in=kinds, frozen_at=None).first()
    if found is None:
        wanted = " or ".join(kinds).replace("_", " ") or "nobody, under this instrument"
        raise Invalid(
            f"The {field} is not in the directory.",
            why=f"It must be: {wanted}.",
            remedy="Choose one from the directory.",
            fields={field: ["Choose an organisation from the directory."]},
        )
    return found


def _facts_of(request: Request) -> dict[str, Any]:
    """Return what the ledger keeps of a draft beside the form."""
    return {
        "reference": request.reference,
        "platform": str(request.platform_id),
        "validator": str(request.validator_id) if request.validator_id else None,
        "authority": str(request.authority_id) if request.authority_id else None,
    }
