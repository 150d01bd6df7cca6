"""Registers the public halves of the cast's keys, and the authority that certifies seals."""

import base64
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings

from broker.basics.clock import now
from broker.basics.durable import write_all_whole
from broker.crypto.keys import fingerprint
from broker.demo import cast
from broker.demo.folder import DemoFolder
from broker.demo.private_keys import Dates, kept_authority, kept_identity, kept_key, kept_seal
from broker.parties.models import KeyForm, KeyHolder, KeyUse, Organisation, PartyKey
from evidence.actions.order_key import certify, order_key
from evidence.actions.trust import AUTHORITIES, endorsed

# Whose programs sign requests to the broker.
_PROGRAMS = (cast.UNIT, cast.OFFICE, *cast.PLATFORMS)


def register_keys(folder: DemoFolder) -> None:
    """Enter every key of the cast, within the caller's act."""
    begin = now().replace(microsecond=0)
    dates = Dates(begin, begin + timedelta(days=365))
    parties = {each.slug: each for each in Organisation.objects.all()}
    authority = kept_authority(folder.of("authority"), "demo-seal-authority", dates)
    _publish(authority[1])
    for slug in _PROGRAMS:
        _register_message_key(parties[slug], folder.of(slug), dates)
    for slug in cast.PLATFORMS:
        certificate = kept_seal(folder.of(slug), slug, dates, by=authority)
        der = certificate.public_bytes(Encoding.DER)
        _entry(parties[slug], KeyUse.SEAL, KeyForm.X509, der, dates).save()
    spki = order_key(parties[cast.UNIT]).spki()
    unit_key = _entry(parties[cast.UNIT], KeyUse.ORDER, KeyForm.SPKI, spki, dates)
    unit_key.held = KeyHolder.SERVER
    unit_key.save()
    for slug in (cast.OFFICE, cast.COURT):
        order = certify(parties[slug], by=authority, valid_from=dates.begin, valid_to=dates.end)
        order.save()
        _register_recipients(parties[slug], folder.of(slug), dates, order)


def _publish(certificate: x509.Certificate) -> None:
    path = Path(settings.KEYS_FOLDER) / AUTHORITIES / "demo.pem"
    write_all_whole({path: certificate.public_bytes(Encoding.PEM)})


def _register_message_key(party: Organisation, folder: Path, dates: Dates) -> None:
    spki = kept_key(folder / "message.key.pem", "ed25519").spki()
    _entry(party, KeyUse.MESSAGE, KeyForm.SPKI, spki, dates).save()


def _register_recipients(party: Organisation, folder: Path, dates: Dates, order: PartyKey) -> None:
    for use in (KeyUse.RECEIVE, KeyUse.ESCROW):
        recipient = kept_identity(folder / f"{use}.identity").recipient
        key = PartyKey(
            organisation=party,
            use=use,
            form=KeyForm.AGE,
            value=recipient,
            sha256=fingerprint(recipient.encode("ascii")),
            valid_from=dates.begin,
            valid_to=dates.end,
        )
        endorsed(key, order=order).save()


def _entry(party: Organisation, use: KeyUse, form: KeyForm, der: bytes, dates: Dates) -> PartyKey:
    return PartyKey(
        organisation=party,
        use=use,
        form=form,
        value=base64.b64encode(der).decode("ascii"),
        sha256=fingerprint(der),
        valid_from=dates.begin,
        valid_to=dates.end,
    )
