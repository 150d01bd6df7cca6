"""The text of an order: what is read, approved, signed and sent, as canonical bytes."""

from datetime import datetime
from typing import Any

from broker.basics.clock import iso
from broker.basics.errors import Invalid
from broker.crypto.canonical import canonical, sha256_hex
from broker.forms.audiences import audience_view
from broker.forms.facts import with_facts
from broker.forms.validation import validate, validate_whole
from broker.law.form import Audience, Fact
from broker.law.terms import Appearance
from broker.parties.directory import contact_point
from broker.parties.models import Organisation
from broker.seals.keyring import signing_key
from referrals.models import Approval, Item, Referral

FORMAT = "broker-order/1"


def text(referral: Referral, items: list[Item]) -> dict[str, Any]:
    """Return what a person reads and approves: everything but the time and proof of issuing."""
    values = with_facts(referral.instrument.form, referral.form, _facts(referral, items))
    return _as_sent(referral, items, values)


def _as_sent(referral: Referral, items: list[Item], values: dict[str, Any]) -> dict[str, Any]:
    instrument = referral.instrument
    return {
        "format": FORMAT,
        "order_id": str(referral.id),
        "reference": referral.reference,
        "instrument": {
            "id": instrument.id,
            "version": instrument.version,
            "sha256": instrument.sha256,
        },
        "unit": _party(referral.unit),
        "platform": _party(referral.platform),
        "form": audience_view(instrument.form, values, Audience.ADDRESSEE),
        "items": [{"position": item.position, "url": item.url} for item in items],
    }


def text_sha256(referral: Referral, items: list[Item]) -> str:
    """Return the digest that an approval is bound to, in hex."""
    return sha256_hex(canonical(text(referral, items)))


def missing(referral: Referral) -> list[str]:
    """Return what is still wrong or missing in the form, in words; nothing when it is complete."""
    try:
        validate(referral.instrument.form, referral.form)
    except Invalid as refusal:
        return [fault for faults in refusal.fields.values() for fault in faults]
    return []


def issue(
    referral: Referral, items: list[Item], approvals: list[Approval], *, at: datetime
) -> bytes:
    """Return the order as issued at `at`: the approved text, who approved it, and when.

    Raises Invalid when a field the instrument asks for is still missing.
    """
    form, last = referral.instrument.form, approvals[-1]
    facts = _facts(referral, items) | {
        Fact.ISSUED_AT: iso(at),
        Fact.ISSUED_ON: at.date().isoformat(),
        Fact.SIGNATURE: {"method": last.method, "by": last.service_number, "at": iso(last.at)},
    }
    values = validate_whole(form, with_facts(form, referral.form, facts))
    order = _as_sent(referral, items, values)
    order["issued_at"] = iso(at)
    order["approvals"] = [_written(approval) for approval in approvals]
    return canonical(order)


def _written(approval: Approval) -> dict[str, str]:
    return {
        "service_number": approval.service_number,
        "method": approval.method,
        "at": iso(approval.at),
        "text_sha256": approval.text_sha256,
    }


def sign(unit: Organisation, order: bytes) -> tuple[bytes, str]:
    """Return the unit's signature over the order (DER ECDSA) and the key's SHA-256 in hex.

    The key is held by the broker for the unit, and is marked so in the directory.
    """
    key = signing_key(f"order-{unit.party_id}", "p256")
    return key.sign(order), sha256_hex(key.spki())


def _party(organisation: Organisation) -> dict[str, str]:
    return {
        "party_id": organisation.party_id,
        "name": organisation.name,
        "country": organisation.country,
    }


def _facts(referral: Referral, items: list[Item]) -> dict[Fact, Any]:
    unit, platform = referral.unit, referral.platform
    return {
        Fact.ISSUER_COUNTRY: unit.country,
        Fact.ISSUER_NAME: unit.name,
        Fact.ISSUER_PARTY: {"name": unit.name},
        Fact.ADDRESSEE: {"name": platform.name},
        Fact.ADDRESSEE_CONTACT: contact_point(platform).address or platform.name,
        Fact.ADDRESSEE_COUNTRY: platform.country,
        Fact.REFERENCE: referral.reference,
        Fact.TARGETS: [item.url for item in items],
    }


def drafter_as_seen(referral: Referral, audience: Audience) -> str:
    """Return how the drafter appears to `audience`, as the instrument says."""
    appearance = referral.instrument.names.to(audience)
    if appearance in {Appearance.UNIT, Appearance.HIDDEN}:
        return referral.unit.name
    return f"{referral.drafted_by_number}, {referral.unit.name}"
