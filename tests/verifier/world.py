"""A small world of parties, keys, a log and a witness, in which packages are made and judged."""

import base64
import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from broker.crypto import age, cms, keys
from broker.crypto.canonical import canonical, commitment
from broker.crypto.merkle import Frontier, inclusion_path, leaf_hash
from broker.crypto.note import COSIGNATURE, Checkpoint, NoteKey, sign_note, vkey
from broker.crypto.tlog_proof import TlogProof
from evidence.package.order import NamedRecipient, Order
from evidence.package.task import Sealer, SignedOrder
from evidence.package.trust import Form, Party, Trust, TrustKey, Use
from evidence.package.trust_signing import SignedTrust, endorse, sign_trust

CREATED = datetime(2026, 11, 24, 12, tzinfo=UTC)
RECEIVED = CREATED + timedelta(minutes=1)
WITNESSED = CREATED + timedelta(minutes=2)
NOW = CREATED + timedelta(days=30)
SINCE, UNTIL = CREATED - timedelta(days=300), CREATED + timedelta(days=300)
CASE_ID = "0193d3a0-0000-7000-8000-00000000ca5e"
ORDER_ID = "0193d3a0-0000-7000-8000-0000000004de"
PACKAGE_ID = "0193d3a0-0000-7000-8000-000000000acc"
ORIGIN = "broker.example/log"
OFFICE, PLATFORM = "office-1", "platform-1"


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def der(certificate):
    return certificate.public_bytes(Encoding.DER)


def pem(certificate):
    return certificate.public_bytes(Encoding.PEM).decode()


@dataclass
class Signer:
    """A P-256 key with its certificate."""

    key: keys.SoftwareKey
    certificate: x509.Certificate

    def entry(self, use, **changes):
        value = base64.b64encode(der(self.certificate)).decode()
        return replace(TrustKey(use, Form.X509, value, SINCE, UNTIL), **changes)

    def sign(self, data, *, at=CREATED, chain=()):
        digest = hashlib.sha256(data).digest()
        return cms.sign_detached(
            digest, key=self.key, certificate=self.certificate, chain=chain, at=at
        )


def authority(name):
    return Signer(*keys.make_ca(name, valid_from=SINCE, valid_to=UNTIL))


def issued_by(issuer, name, *, since=SINCE, until=UNTIL):
    key = keys.generate("p256")
    certificate = keys.issue_certificate(
        issuer.key, issuer.certificate, key, common_name=name, valid_from=since, valid_to=until
    )
    return Signer(key, certificate)


@dataclass
class World:
    """Everything a good package needs. Tests replace what they attack."""

    kind: type = age.HybridIdentity
    roots: list[Signer] = field(default_factory=lambda: [authority("root 1"), authority("root 2")])
    seal_ca: Signer = field(default_factory=lambda: authority("seal authority"))
    office_ca: Signer = field(default_factory=lambda: authority("office authority"))
    log: NoteKey = field(default_factory=lambda: NoteKey(ORIGIN, keys.generate("ed25519")))
    witness: NoteKey = field(
        default_factory=lambda: NoteKey("overseer", keys.generate("ed25519"), COSIGNATURE)
    )

    def __post_init__(self):
        self.seal = issued_by(self.seal_ca, "platform seal")
        self.other_seal = issued_by(self.seal_ca, "another holder")
        self.order = issued_by(self.office_ca, "office order")
        self.officer, self.escrow, self.stranger = (self.kind.generate() for _ in range(3))

    @property
    def recipients(self):
        return [self.officer.recipient, self.escrow.recipient]

    @property
    def fingerprints(self):
        return tuple(sorted(map(age.recipient_fingerprint, self.recipients)))

    @property
    def root_fingerprints(self):
        return frozenset(sha256(der(root.certificate)) for root in self.roots)

    def receive_key(self, use, identity):
        key = TrustKey(use, Form.AGE, identity.recipient, SINCE, UNTIL)
        order = self.order.entry(Use.ORDER)
        return endorse(key, party=OFFICE, order_key=self.order.key, order=order)

    def policy(self):
        return f"log {vkey(self.log)}\nwitness w {vkey(self.witness)}\nquorum w\n"

    def parties(self):
        office = Party(
            OFFICE,
            "Prosecution office",
            "prosecution",
            (
                self.receive_key(Use.RECEIVE, self.officer),
                self.receive_key(Use.ESCROW, self.escrow),
                self.order.entry(Use.ORDER),
            ),
        )
        platform = Party(PLATFORM, "Platform", "platform", (self.seal.entry(Use.SEAL),))
        return (office, platform)

    def trust(self, **changes):
        trust = Trust(
            version=7,
            issued=SINCE,
            expires=UNTIL,
            demo=False,
            parties=self.parties(),
            log_policy=self.policy(),
            seal_cas=(pem(self.seal_ca.certificate),),
            rp_id="broker.example",
            rp_origins=("https://broker.example",),
        )
        return replace(trust, **changes)

    def trust_with(self, party_id, *entries):
        """Return the trust list with other keys for one party."""
        parties = [
            replace(party, keys=entries) if party.id == party_id else party
            for party in self.parties()
        ]
        return self.trust(parties=tuple(parties))

    def signed(self, trust, *, by=None):
        data = trust if isinstance(trust, bytes) else trust.to_bytes()
        return SignedTrust(
            data,
            tuple(
                sign_trust(data, key=root.key, certificate=root.certificate, at=SINCE)
                for root in (self.roots if by is None else by)
            ),
        )

    def sealer(self):
        return Sealer(PLATFORM, self.seal.key, self.seal.certificate)

    def order_document(self, **changes):
        order = Order(
            order_id=ORDER_ID,
            case_id=CASE_ID,
            instrument_id="eu-epoc",
            instrument_sha256="11" * 32,
            issued_by=OFFICE,
            issued=CREATED - timedelta(hours=1),
            form_sha256="22" * 32,
            recipients=tuple(NamedRecipient(one, "office") for one in self.fingerprints),
        )
        return replace(order, **changes).document()

    def signed_order(self, **changes):
        document = self.order_document(**changes)
        return SignedOrder(document, self.order.sign(document))

    def receipt(self, statement, payload, *, body=None, header=None, note=None, index=5):
        """Return received.json and its proof: leaf 5 of a log of 9, cosigned by the witness."""
        event_body = {
            "verb": "package.received",
            "at": RECEIVED.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "time_source": "database",
            "package_id": PACKAGE_ID,
            "statement_sha256": sha256(statement),
            "payload": {"sha256": sha256(payload), "size": len(payload)},
            "software": "broker 0.1.0",
            **(body or {}),
        }
        body_salt, salt = b"\x01" * 32, b"\x02" * 32
        event = {
            "format": "custody-event/1",
            "event_id": "0193d3a0-0000-7000-8000-00000000e7e7",
            "stream": f"org:{OFFICE}",
            "seq": 2,
            "prev": "33" * 32,
            "body": commitment("body", body_salt, canonical(event_body)).hex(),
            **(header or {}),
        }
        document = {
            "salt": salt.hex(),
            "header": event,
            "body_salt": body_salt.hex(),
            "body": event_body,
        }
        leaf = leaf_hash(commitment("event", salt, canonical(event)))
        return canonical(document), self.proof(leaf, note=note, index=index)

    def proof(self, leaf, *, note=None, index=5):
        leaves = [leaf_hash(bytes([number])) for number in range(9)]
        leaves[5] = leaf
        frontier = Frontier()
        nodes = {(level, at): value for level, at, value in frontier.extend(leaves)}
        text = Checkpoint(ORIGIN, 9, frontier.root()).text()
        signed = note(text) if note else sign_note(text, self.log, self.witness, at=WITNESSED)
        path = inclusion_path(5, 9, lambda level, at: nodes[level, at])
        return TlogProof(index, tuple(path), signed).text().encode()
