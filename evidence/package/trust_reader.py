"""Reads trust.json by its strict shape; no signature is looked at here.

Source: docs/custody-format.md, section 3.
"""

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from broker.basics.errors import Invalid, TooLarge
from broker.crypto import age
from broker.crypto.canonical import parse_canonical
from broker.crypto.note import parse_vkey
from broker.crypto.tlog_proof import parse_policy
from evidence.package.shapes import Members, read_base64
from evidence.package.trust import (
    ENDORSED_USES,
    FORMAT,
    Endorsement,
    Form,
    FrozenLog,
    Party,
    Revocation,
    Trust,
    TrustKey,
    Use,
    Void,
)

MAX_TRUST_BYTES = 4 * 1024 * 1024


def parse_trust(data: bytes) -> Trust:
    """Read trust.json strictly; raises Invalid or TooLarge naming the place.

    Certificates, keys and fingerprints are read and compared; endorsements are
    `trust_signing.endorsement_faults`' part.
    """
    if len(data) > MAX_TRUST_BYTES:
        raise TooLarge(f"trust.json is larger than {MAX_TRUST_BYTES} bytes.")
    with Members(parse_canonical(data), "trust.json") as members:
        return _trust(members)


def read_authority(pem: str) -> x509.Certificate:
    """Read exactly one certificate in PEM; raise Invalid for none or several."""
    try:
        found = x509.load_pem_x509_certificates(pem.encode("ascii"))
        found[0].public_key()
    except Exception:
        raise Invalid("A certificate of an authority in trust.json cannot be read.") from None
    if len(found) != 1:
        raise Invalid("An authority in trust.json is not exactly one certificate.")
    return found[0]


def _trust(members: Members) -> Trust:
    members.exactly("format", FORMAT)
    with members.nested("rp") as rp:
        rp_id, rp_origins = rp.text("id"), rp.texts("origins")
    trust = Trust(
        version=members.integer("version"),
        issued=members.instant("issued"),
        expires=members.instant("expires"),
        demo=members.boolean("demo"),
        parties=members.objects("parties", _party),
        log_policy=members.text("log_policy"),
        seal_cas=members.texts("seal_cas"),
        stamp_cas=members.texts("stamp_cas"),
        frozen=members.objects("frozen", _frozen),
        promise_keys=members.texts("promise_keys"),
        rp_id=rp_id,
        rp_origins=rp_origins,
    )
    _demand_sound(trust)
    return trust


def _demand_sound(trust: Trust) -> None:
    for pem in (*trust.seal_cas, *trust.stamp_cas):
        read_authority(pem)
    _demand_logs(trust)
    ids = [party.id for party in trust.parties]
    if len(set(ids)) != len(ids):
        raise Invalid("trust.json names a party twice.")


def _demand_logs(trust: Trust) -> None:
    try:
        parse_policy(trust.log_policy)
        for vkey in (*trust.promise_keys, *(log.vkey for log in trust.frozen)):
            parse_vkey(vkey)
    except ValueError as fault:
        raise Invalid(
            "A log policy or log key in trust.json cannot be read.", why=str(fault)
        ) from None


def _frozen(members: Members) -> FrozenLog:
    return FrozenLog(
        members.opaque("vkey"),
        members.opaque("origin"),
        members.integer("size"),
        members.digest("root"),
    )


def _party(members: Members) -> Party:
    return Party(
        id=members.opaque("id"),
        name=members.text("name"),
        kind=members.word("kind"),
        keys=members.objects("keys", _key),
    )


def _key(members: Members) -> TrustKey:
    sha256 = members.digest("sha256")
    key = TrustKey(
        use=Use(members.one_of("use", *Use)),
        form=Form(members.one_of("form", *Form)),
        value=members.opaque("value"),
        credential_id=members.maybe("credential_id", members.text),
        endorsed=members.maybe("endorsed", lambda name: _endorsement(members.nested(name))),
        valid_from=members.instant("valid_from"),
        valid_to=members.instant("valid_to"),
        revoked=members.maybe("revoked", lambda name: _revocation(members.nested(name))),
    )
    _demand_key(key, sha256=sha256, place=members.place)
    return key


def _endorsement(members: Members) -> Endorsement:
    with members:
        return Endorsement(members.digest("key_sha256"), members.binary("signature"))


def _revocation(members: Members) -> Revocation:
    with members:
        void = members.maybe("void", lambda name: _void(members.nested(name)))
        return Revocation(
            reason=members.word("reason"),
            reported=members.instant("reported"),
            invalid_since=members.maybe("invalid_since", members.instant),
            void=void,
        )


def _void(members: Members) -> Void:
    with members:
        return Void(members.opaque("event"), members.instant("at"))


def _demand_key(key: TrustKey, *, sha256: str, place: str) -> None:
    try:
        _READERS[key.form](key)
    except Exception as fault:
        raise Invalid(f"{place}.value is not a key of the form {key.form}.") from fault
    if key.sha256 != sha256:
        raise Invalid(f"{place}.sha256 is not the digest of its value.")
    if (key.use in ENDORSED_USES) != (key.endorsed is not None):
        raise Invalid(f"{place}.endorsed stands where it must not, or lacks where it must stand.")
    if (key.form is Form.WEBAUTHN) != (key.credential_id is not None):
        raise Invalid(f"{place}.credential_id belongs to webauthn keys, and to each of them.")


def _read_x509(key: TrustKey) -> None:
    der = read_base64(key.value, place="value")
    x509.load_der_x509_certificate(der).public_key()


def _read_spki(key: TrustKey) -> None:
    serialization.load_der_public_key(read_base64(key.value, place="value"))


def _read_age(key: TrustKey) -> None:
    if key.value != key.value.lower():
        raise Invalid("An age recipient in trust.json is not in lower case.")
    age.parse_recipient(key.value)


def _read_webauthn(key: TrustKey) -> None:
    read_base64(key.value, place="value")
    read_base64(key.credential_id or "", place="credential_id")


_READERS = {
    Form.X509: _read_x509,
    Form.SPKI: _read_spki,
    Form.AGE: _read_age,
    Form.WEBAUTHN: _read_webauthn,
}
