"""A platform that seals, an office that opens: valid parts for tests of packages."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from broker.basics import clock
from broker.basics.ids import uuid7
from broker.crypto import age, cms, keys
from evidence.package.order import NamedRecipient, Order
from evidence.package.sealing import Sealer, SignedOrder, seal

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SINCE, UNTIL = NOON - timedelta(30), NOON + timedelta(700)


@dataclass(frozen=True)
class Kit:
    """Everything one sealing needs besides a folder."""

    office: age.Identity
    escrow: age.Identity
    sealer: Sealer
    order: Order
    signed: SignedOrder
    package_id: str
    ca: tuple[keys.SoftwareKey, object]

    @property
    def recipients(self) -> list[str]:
        return [self.office.recipient, self.escrow.recipient]

    def seal(self, source: Path, out: Path, verb=seal, **changes):
        wanted = {
            "order": self.signed,
            "package_id": self.package_id,
            "recipients": self.recipients,
            "sealer": self.sealer,
        }
        with clock.frozen(NOON):
            return verb(source, out, **(wanted | changes))


def make_kit(kind=age.X25519Identity) -> Kit:
    """Return a kit with fresh keys; `kind` is that of the recipients."""
    office, escrow = kind.generate(), kind.generate()
    authority = keys.make_ca("Seal CA", valid_from=SINCE, valid_to=UNTIL)
    order = make_order(office, escrow)
    return Kit(
        office=office,
        escrow=escrow,
        sealer=Sealer("platform-1", *certified(authority), chain=(authority[1],)),
        order=order,
        signed=sign_order(order, *certified(authority)),
        package_id=str(uuid7()),
        ca=authority,
    )


def certified(authority):
    """Return a fresh P-256 key and its certificate by the authority."""
    key = keys.generate("p256")
    certificate = keys.issue_certificate(
        *authority, key, common_name="holder", valid_from=SINCE, valid_to=UNTIL
    )
    return key, certificate


def make_order(office, escrow) -> Order:
    named = [(office, "office"), (escrow, "escrow")]
    return Order(
        order_id=str(uuid7()),
        case_id=str(uuid7()),
        instrument_id="eu-epoc",
        instrument_sha256="11" * 32,
        issued_by="office-1",
        issued=NOON - timedelta(days=1),
        form_sha256="22" * 32,
        recipients=tuple(
            NamedRecipient(age.recipient_fingerprint(holder.recipient), role)
            for holder, role in named
        ),
    )


def sign_order(order, key, certificate) -> SignedOrder:
    digest = hashlib.sha256(order.document()).digest()
    signature = cms.sign_detached(
        digest, key=key, certificate=certificate, chain=(), at=order.issued
    )
    return SignedOrder(order.document(), signature)
