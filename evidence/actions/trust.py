"""Build the trust list from the directory: which keys speak for which party, since when.

Signing it takes root keys, which the operator of a real installation does not hold.
Source: docs/custody-format.md, section 3.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from django.conf import settings

from broker.basics.clock import parse_iso
from broker.crypto.keys import SigningKey
from broker.ledger.signing import log_vkey, promise_vkey
from broker.parties.models import KeyForm, KeyHolder, KeyUse, Organisation, PartyKey
from evidence.actions.order_key import order_key
from evidence.package.shapes import read_base64
from evidence.package.trust import (
    Endorsement,
    Form,
    Party,
    Revocation,
    Trust,
    TrustKey,
    Use,
    Void,
)
from evidence.package.trust_signing import SignedTrust, endorse, sign_trust

type Root = tuple[SigningKey, x509.Certificate]

AUTHORITIES = "seal-cas"
_PLAYING = frozenset({"demo", "test"})
# Keys of webauthn follow with passkeys.
_FORMS = (KeyForm.X509, KeyForm.SPKI, KeyForm.AGE)


def build_trust(*, version: int, issued: datetime, expires: datetime) -> Trust:
    """Return the trust list as the directory stands; in demo mode it says that it is one.

    Keys are listed with their ends and revocations; none is ever left out for having ended.
    """
    listed = PartyKey.objects.exclude(use=KeyUse.MESSAGE).filter(form__in=_FORMS)
    by_party: dict[Any, list[PartyKey]] = {}
    for key in listed.select_related("organisation").order_by("valid_from", "id"):
        by_party.setdefault(key.organisation_id, []).append(key)
    return Trust(
        version=version,
        issued=issued,
        expires=expires,
        demo=settings.MODE in _PLAYING,
        parties=tuple(_party(keys[0].organisation, keys) for keys in by_party.values()),
        log_policy=f"log {log_vkey()}\nquorum none\n",
        seal_cas=tuple(seal_authorities()),
        promise_keys=(str(promise_vkey()),),
        rp_id=settings.PUBLIC.hostname or "",
        rp_origins=(settings.PUBLIC_URL,),
    )


def sign(trust: Trust, *, roots: Iterable[Root], at: datetime) -> SignedTrust:
    """Return the list signed by each of `roots`, in their order."""
    data = trust.to_bytes()
    signatures = tuple(
        sign_trust(data, key=key, certificate=certificate, at=at) for key, certificate in roots
    )
    return SignedTrust(data, signatures)


def write(signed: SignedTrust, folder: Path) -> Path:
    """Write trust.json and its signatures beside it into `folder`; return its path."""
    path = folder / "trust.json"
    path.write_bytes(signed.data)
    for number, signature in enumerate(signed.signatures, start=1):
        (folder / f"trust.json.{number:02}.p7s").write_bytes(signature)
    return path


def seal_authorities() -> list[str]:
    """Return the certificates of the authorities for seals, PEM, one each, by file name."""
    folder = Path(settings.KEYS_FOLDER) / AUTHORITIES
    return [path.read_text("ascii") for path in sorted(folder.glob("*.pem"))]


def endorsed(key: PartyKey, *, order: PartyKey) -> PartyKey:
    """Let the organisation's order key, which the broker holds, vouch for `key` (unsaved).

    For a key to receive or an escrow key of the same organisation.
    """
    organisation = order.organisation
    entry = endorse(
        entry_of(key),
        party=organisation.party_id,
        order_key=order_key(organisation),
        order=entry_of(order),
    )
    assert entry.endorsed is not None
    key.endorsed = entry.endorsed.json()
    return key


def entry_of(key: PartyKey) -> TrustKey:
    """Return the directory's key as the trust list writes it."""
    return TrustKey(
        use=Use(key.use),
        form=Form(key.form),
        value=key.value,
        valid_from=key.valid_from,
        valid_to=key.valid_to,
        endorsed=_endorsement(key.endorsed),
        revoked=_revocation(key.revoked),
    )


def _party(organisation: Organisation, keys: list[PartyKey]) -> Party:
    held = any(key.held == KeyHolder.SERVER for key in keys)
    name = f"{organisation.name} (key held by the broker)" if held else organisation.name
    return Party(
        id=organisation.party_id,
        name=name,
        kind=organisation.kind,
        keys=tuple(map(entry_of, keys)),
    )


def _endorsement(kept: dict[str, str] | None) -> Endorsement | None:
    if not kept:
        return None
    return Endorsement(kept["key_sha256"], read_base64(kept["signature"], place="endorsed"))


def _revocation(kept: dict[str, Any] | None) -> Revocation | None:
    if not kept:
        return None
    since, void = kept.get("invalid_since"), kept.get("void")
    return Revocation(
        reason=kept["reason"],
        reported=parse_iso(kept["reported"]),
        invalid_since=parse_iso(since) if since else None,
        void=Void(void["event"], parse_iso(void["at"])) if void else None,
    )
