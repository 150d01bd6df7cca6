"""The text of an order: what is read and validated, and what is issued, signed and sealed under."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from broker.access.roles import Role
from broker.basics.clock import iso
from broker.crypto.canonical import canonical, sha256_hex
from broker.forms.audiences import audience_view
from broker.forms.facts import with_facts
from broker.forms.validation import validate_whole
from broker.law.form import Audience, Fact
from broker.parties.directory import contact_point
from broker.parties.models import Organisation
from evidence.actions.order_key import sign_document
from evidence.actions.recipients import recipients_of
from evidence.models import Request, Validation
from evidence.package.order import NamedRecipient, Order
from evidence.policy import categories_of

FORMAT = "broker-request/1"
# What the certificate calls the seat of who validates (Annex I, Section J).
_AUTHORITY_TYPES = {
    Role.JUDGE: "judge_court_investigating_judge",
    Role.PROSECUTOR: "public_prosecutor",
}


@dataclass(frozen=True, slots=True)
class Issued:
    """An order as issued: custody-order/1, its signature (DER), the whole form, its recipients."""

    document: bytes
    signature: bytes
    form: dict[str, Any]
    recipients: list[dict[str, str]]


def text(request: Request) -> dict[str, Any]:
    """Return what a person reads and validates: everything but the time and proof of issuing."""
    return {
        "format": FORMAT,
        "case_id": str(request.id),
        "order_id": str(request.order_id),
        "reference": request.reference,
        "instrument": {
            "id": request.instrument_id,
            "version": request.instrument_version,
            "sha256": request.instrument_sha256,
        },
        "issuer": _party(request.issuer),
        "validator": _party(request.validator),
        "office": _party(request.office),
        "platform": _party(request.platform),
        "authority": _party(request.authority),
        "emergency": request.emergency,
        "recipients": recipients_of(request.office),
        "form": with_facts(request.instrument.form, request.form, _facts(request)),
    }


def text_sha256(request: Request) -> str:
    """Return the digest that a validation is bound to, in hex."""
    return sha256_hex(canonical(text(request)))


def issue(request: Request, validation: Validation) -> Issued:
    """Return the order as issued at the validation's instant, signed by the issuer's key.

    Raises Invalid when a field that the instrument asks for is still missing, WrongState when
    the issuer has no certified key.
    """
    at, form = validation.at, request.instrument.form
    facts = _facts(request) | _facts_of_issuing(request, validation)
    values = validate_whole(form, with_facts(form, request.form, facts))
    recipients = recipients_of(request.office)
    document = Order(
        order_id=str(request.order_id),
        case_id=str(request.id),
        instrument_id=request.instrument_id,
        instrument_sha256=request.instrument_sha256,
        issued_by=request.issuer.party_id,
        issued=at,
        form_sha256=form_sha256(request, values),
        recipients=tuple(NamedRecipient(each["fingerprint"], each["role"]) for each in recipients),
    ).document()
    signature = sign_document(request.issuer, document, at=at)
    return Issued(document, signature, values, recipients)


def form_sha256(request: Request, values: Mapping[str, Any]) -> str:
    """Return the digest of the form as the addressee gets it: of its canonical bytes, in hex."""
    return sha256_hex(canonical(view(request, values, Audience.ADDRESSEE)))


def view(request: Request, values: Mapping[str, Any], audience: Audience) -> dict[str, Any]:
    """Return of the form's values what `audience` may see."""
    return audience_view(request.instrument.form, values, audience)


def notifies(request: Request) -> bool:
    """Tell whether an enforcing authority is notified of this order (2023/1543, Art. 8).

    It is for data of the tiers the instrument names, unless the waiver's field is filled in.
    """
    notification = request.instrument.notification
    if notification is None or request.form.get(notification.waiver_field):
        return False
    return any(each.tier in notification.tiers for each in categories_of(request))


def _party(organisation: Organisation | None) -> dict[str, str] | None:
    if organisation is None:
        return None
    return {
        "party_id": organisation.party_id,
        "name": organisation.name,
        "country": organisation.country,
    }


def _facts(request: Request) -> dict[Fact, Any]:
    issuer, platform, validator = request.issuer, request.platform, request.validator
    return {
        Fact.ISSUER_COUNTRY: issuer.country,
        Fact.ISSUER_NAME: issuer.name,
        Fact.ISSUER_PARTY: {"name": issuer.name},
        Fact.VALIDATOR_NAME: validator.name if validator else None,
        Fact.ADDRESSEE: {"name": platform.name},
        Fact.ADDRESSEE_CONTACT: contact_point(platform).address or platform.name,
        Fact.ADDRESSEE_COUNTRY: platform.country,
        Fact.REFERENCE: request.reference,
        Fact.AUTHORITY_NOTIFIED: request.authority is not None,
        Fact.ENFORCING_AUTHORITY: request.authority and {"name": request.authority.name},
    }


def _facts_of_issuing(request: Request, validation: Validation) -> dict[Fact, Any]:
    at = iso(validation.at)
    signed = {"method": validation.method, "by": validation.service_number, "at": at}
    facts: dict[Fact, Any] = {
        Fact.ISSUED_AT: at,
        Fact.ISSUED_ON: validation.at.date().isoformat(),
        Fact.SIGNATURE: signed,
    }
    if validation.organisation_id == request.issuer_id:
        return facts | {Fact.VALIDATOR_NAME: None}
    seats = {Role(seat) for seat in validation.seat.split("+")}
    types = [code for seat, code in _AUTHORITY_TYPES.items() if seat in seats]
    return facts | {
        Fact.SIGNATURE: {"method": "order_key", "by": request.issuer.name, "at": at},
        Fact.VALIDATOR_TYPE: next(iter(types), None),
        Fact.VALIDATOR_PARTY: {"name": validation.organisation.name},
        Fact.VALIDATED_ON: validation.at.date().isoformat(),
        Fact.VALIDATOR_SIGNATURE: signed,
    }
