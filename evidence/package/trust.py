"""The trust list as values: which keys speak for which party, and since when.

Reading trust.json is `trust_reader`'s part, the roots' signatures are `trust_signing`'s.
Source: docs/custody-format.md, section 3.
"""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from broker.basics.clock import iso
from broker.crypto.canonical import Json, canonical

FORMAT = "custody-trust/1"
ENDORSEMENT_PREFIX = b"custody/v1/receive\x00"


class Use(StrEnum):
    """What a key may be used for."""

    SEAL = "seal"
    APPROVE = "approve"
    RECEIVE = "receive"
    ESCROW = "escrow"
    ORDER = "order"


class Form(StrEnum):
    """How a key's value is written."""

    X509 = "x509"
    SPKI = "spki"
    AGE = "age"
    WEBAUTHN = "webauthn"


ENDORSED_USES = frozenset({Use.RECEIVE, Use.ESCROW})


@dataclass(frozen=True, slots=True)
class Void:
    """An overseer's signed event that makes contested signatures invalid."""

    event: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Revocation:
    """`reported` is the log time; `invalid_since` the instant from which the key may be stolen."""

    reason: str
    reported: datetime
    invalid_since: datetime | None = None
    void: Void | None = None

    @property
    def starts(self) -> datetime:
        """The first instant at which the key no longer counts."""
        return self.invalid_since or self.reported

    def json(self) -> Json:
        """Return the member `revoked` as trust.json writes it."""
        void = {"event": self.void.event, "at": iso(self.void.at)} if self.void else None
        return {
            "reason": self.reason,
            "reported": iso(self.reported),
            "invalid_since": iso(self.invalid_since) if self.invalid_since else None,
            "void": void,
        }


@dataclass(frozen=True, slots=True)
class Endorsement:
    """An `order` key of the party vouches for a `receive` or `escrow` key; DER ECDSA."""

    key_sha256: str
    signature: bytes

    def json(self) -> Json:
        """Return the member `endorsed` as trust.json writes it."""
        signature = base64.b64encode(self.signature).decode("ascii")
        return {"key_sha256": self.key_sha256, "signature": signature}


@dataclass(frozen=True, slots=True)
class TrustKey:
    """One key of one party. `value` is base64 DER, or the age recipient; both ends inclusive."""

    use: Use
    form: Form
    value: str
    valid_from: datetime
    valid_to: datetime
    credential_id: str | None = None
    endorsed: Endorsement | None = None
    revoked: Revocation | None = None

    @classmethod
    def of_certificate(
        cls, use: Use, der: bytes, *, valid_from: datetime, valid_to: datetime
    ) -> "TrustKey":
        """Return the entry of an X.509 certificate (DER)."""
        value = base64.b64encode(der).decode("ascii")
        return cls(use, Form.X509, value, valid_from, valid_to)

    @classmethod
    def of_recipient(
        cls, use: Use, recipient: str, *, valid_from: datetime, valid_to: datetime
    ) -> "TrustKey":
        """Return the entry of an age recipient, which its party must still endorse."""
        return cls(use, Form.AGE, recipient, valid_from, valid_to)

    @property
    def raw(self) -> bytes:
        """The bytes that `sha256` is over: DER, COSE_Key, or the recipient's ASCII."""
        if self.form is Form.AGE:
            return self.value.encode("ascii")
        return base64.b64decode(self.value)

    @property
    def sha256(self) -> str:
        """The key's name: 64 hex digits."""
        return hashlib.sha256(self.raw).hexdigest()

    def json(self) -> Json:
        """Return the key as trust.json writes it."""
        return {
            "use": self.use,
            "form": self.form,
            "value": self.value,
            "sha256": self.sha256,
            "credential_id": self.credential_id,
            "endorsed": self.endorsed.json() if self.endorsed else None,
            "valid_from": iso(self.valid_from),
            "valid_to": iso(self.valid_to),
            "revoked": self.revoked.json() if self.revoked else None,
        }

    def is_valid_at(self, at: datetime) -> bool:
        """Tell whether `at` (aware) lies within the key's dates; revocation is apart."""
        return self.valid_from <= at <= self.valid_to

    def stands_at(self, at: datetime) -> bool:
        """Tell whether the key is within its dates and not yet ended by a revocation."""
        ended = self.revoked is not None and at >= self.revoked.starts
        return self.is_valid_at(at) and not ended

    def endorsement_message(self, *, party: str) -> bytes:
        """Return the bytes that the party's `order` key signs to vouch for this key."""
        return ENDORSEMENT_PREFIX + canonical(
            {
                "party": party,
                "use": self.use,
                "form": self.form,
                "value": self.value,
                "valid_from": iso(self.valid_from),
                "valid_to": iso(self.valid_to),
            }
        )


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation of the trust list; `kind` is a lower-case word."""

    id: str
    name: str
    kind: str
    keys: tuple[TrustKey, ...]

    def json(self) -> Json:
        """Return the party as trust.json writes it."""
        keys = [key.json() for key in self.keys]
        return {"id": self.id, "name": self.name, "kind": self.kind, "keys": keys}

    def keys_for(self, *uses: Use) -> tuple[TrustKey, ...]:
        """Return the keys with one of the uses, whatever their dates."""
        return tuple(key for key in self.keys if key.use in uses)


@dataclass(frozen=True, slots=True)
class FrozenLog:
    """A log that ended: `root` is 64 hex digits, the root at `size` leaves."""

    vkey: str
    origin: str
    size: int
    root: str

    def json(self) -> Json:
        """Return the log as trust.json writes it."""
        return {"vkey": self.vkey, "origin": self.origin, "size": self.size, "root": self.root}


@dataclass(frozen=True, slots=True)
class Trust:
    """A trust list as signed. Certificates of authorities are PEM, one each."""

    version: int
    issued: datetime
    expires: datetime
    demo: bool
    parties: tuple[Party, ...]
    log_policy: str
    seal_cas: tuple[str, ...] = ()
    stamp_cas: tuple[str, ...] = ()
    frozen: tuple[FrozenLog, ...] = ()
    promise_keys: tuple[str, ...] = ()
    rp_id: str = ""
    rp_origins: tuple[str, ...] = ()

    def to_bytes(self) -> bytes:
        """Return trust.json: the canonical bytes that the roots sign."""
        return canonical(
            {
                "format": FORMAT,
                "version": self.version,
                "issued": iso(self.issued),
                "expires": iso(self.expires),
                "demo": self.demo,
                "parties": [party.json() for party in self.parties],
                "seal_cas": self.seal_cas,
                "stamp_cas": self.stamp_cas,
                "log_policy": self.log_policy,
                "frozen": [log.json() for log in self.frozen],
                "promise_keys": self.promise_keys,
                "rp": {"id": self.rp_id, "origins": self.rp_origins},
            }
        )

    def party(self, party_id: str) -> Party | None:
        """Return the party of that id, or None."""
        return next((party for party in self.parties if party.id == party_id), None)

    def recipient(self, fingerprint: str) -> tuple[tuple[Party, TrustKey], ...]:
        """Return the `receive` and `escrow` keys of a fingerprint (`sha256:` and 64 hex)."""
        return tuple(
            (party, key)
            for party in self.parties
            for key in party.keys_for(*ENDORSED_USES)
            if key.form is Form.AGE and f"sha256:{key.sha256}" == fingerprint
        )
