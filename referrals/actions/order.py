"""The text of an order: what is read, approved, signed and sent, as canonical bytes."""

from datetime import datetime
from typing import Any

from broker.forms.audiences import audience_view
from broker.forms.facts import with_facts

from broker.basics.clock import iso
from broker.crypto.canonical import canonical, sha256_hex
from broker.law.form import Audience, Fact
from broker.law.instrument import Appearance
from broker.parties.directory import contact_point
from broker.parties.models import Organisation
from broker.seals.keyring import signing_key
from referrals.models import Approval, Item, Referral

FORMAT = "broker-order/1"


def text(referral: Referral, items: list[Item]) -> dict[str, Any]:
    """Return what a person reads and approves: everything but the time and proof of issuing."""
    instrument = referral.instrument
    facts = _facts(referral, items)
    values = with_facts(instrument.form, referral.form, facts)
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


def issue(
    referral: Referral, items: list[Item], approvals: list[Approval], *, at: datetime
) -> bytes:
    """Return the order as issued at `at`: the approved text, who approved it, and when."""
    instrument = referral.instrument
    order = text(referral, items)
    issued = {Fact.ISSUED_AT: iso(at), Fact.ISSUED_ON: at.date().isoformat()}
    shown = with_facts(instrument.form, order["form"], issued)
    order["form"] = audience_view(instrument.form, shown, Audience.ADDRESSEE)
    order["issued_at"] = iso(at)
    order["approvals"] = [
        {
            "service_number": approval.service_number,
            "method": approval.method,
            "at": iso(approval.at),
            "text_sha256": approval.text_sha256,
        }
        for approval in approvals
    ]
    return canonical(order)


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
