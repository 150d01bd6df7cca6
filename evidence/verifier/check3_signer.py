"""Check 3: the package was sealed by a key that its organisation had for it, at the time.

Source: docs/custody-format.md, section 1, Signatures and check 3, and section 3.
"""

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from broker.basics.clock import iso
from broker.crypto.certificate_path import PathError, WeakPathError, find_path, revoked_by
from broker.crypto.cms import ParsedSignature
from evidence.package.statement import Statement
from evidence.package.trust import Form, Trust, TrustKey, Use
from evidence.package.trust_reader import read_authority
from evidence.verifier.check6_log import Logged
from evidence.verifier.outcome import Check
from evidence.verifier.signatures import Reading

NUMBER = 3
NAME = "Sealed by a key of the named organisation, valid at the time"


@dataclass(frozen=True, slots=True)
class Moment:
    """When the package was sealed, as well as it is known; `cosigned` may be None.

    `at` is the stamp's time, else the earliest counted cosignature, else what is claimed.
    """

    at: datetime
    cosigned: datetime | None
    stamped: datetime | None = None


def moment_of(statement: Statement, logged: Logged, notes: list[str]) -> Moment:
    """Return the instant at which keys and certificates are judged."""
    if logged.earliest is None:
        notes.append("stated time only: no stamp and no witness shows when it was sealed.")
    return Moment(at=logged.earliest or statement.created, cosigned=logged.earliest)


def judge(
    check: Check, statement: Statement, outer: Reading, trust: Trust | None, *, moment: Moment
) -> str:
    """Judge the outer signature; return the weakness of its path, for check 4, or nothing."""
    if outer.fault:
        check.fail(f"The outer signature does not hold: {outer.fault}")
    if outer.parsed is None:
        return ""
    if outer.parsed.signer_sha256 != statement.cert_sha256:
        check.fail("The outer signature is by another certificate than the statement names.")
    if trust is None:
        check.skip("Without a trust list no key and no authority is known.")
        return ""
    _judge_key(check, statement, trust, moment)
    return _judge_path(check, outer.parsed, trust, moment)


def judge_inner(check: Check, outer: Reading, inner: Reading) -> None:
    """Judge the inner signature, which is read with a key: it must be the same signer's."""
    if inner.fault:
        check.fail(f"The inner signature does not hold: {inner.fault}")
    if inner.parsed and outer.parsed and inner.parsed.signer != outer.parsed.signer:
        check.fail("The inner signature is by another certificate than the outer one.")


def judge_order_form(check: Check, order: Reading) -> None:
    """Refuse an order's signature that cannot be read; whose it must be, check 7 judges."""
    if order.parsed is None and not order.weakness:
        check.fail(f"The order's signature cannot be read: {order.fault}")


def judge_stamps(
    check: Check, statement: Statement, outer: Reading, *, requires: bool, notes: list[str]
) -> None:
    """Judge the time stamps; this version reads none, and says so instead of passing them."""
    tokens = outer.parsed.stamp_tokens if outer.parsed else ()
    if statement.stamps or tokens:
        check.fail(
            f"{statement.stamps} time stamps are announced and {len(tokens)} are here; "
            "this version cannot verify time stamps."
        )
        return
    notes.append("not checked: no stamp. The sealer asked no time-stamp authority.")
    if requires:
        check.skip("A time stamp is required, and the package has none.")


def _judge_key(check: Check, statement: Statement, trust: Trust, moment: Moment) -> None:
    """Find the key in the trust list; of several entries valid at the time the worst counts."""
    party = trust.party(statement.organisation)
    uses = (Use.SEAL, Use.APPROVE) if statement.derived else (Use.SEAL,)
    keys = [
        key
        for key in (party.keys_for(*uses) if party else ())
        if key.form is Form.X509 and key.sha256 == statement.cert_sha256
    ]
    if not keys:
        check.fail(
            f"The certificate is no {' or '.join(uses)} key of {statement.organisation[:80]} "
            "in the trust list."
        )
        return
    valid = [key for key in keys if key.is_valid_at(moment.at)]
    if not valid:
        check.fail(f"The key was not valid at {iso(moment.at)} by the trust list.")
    for key in valid:
        _judge_revocation(check, key, moment)


def _judge_revocation(check: Check, key: TrustKey, moment: Moment) -> None:
    if key.revoked is None or moment.at < key.revoked.starts:
        return
    reported = key.revoked.reported
    if moment.cosigned is None or moment.cosigned >= reported:
        check.fail(
            f"The key was revoked ({key.revoked.reason}), reported {iso(reported)}, and no "
            "witness saw the package before."
        )
    elif key.revoked.void is not None:
        check.fail(f"The key was revoked, and an overseer voided it at {iso(key.revoked.void.at)}.")
    else:
        check.contest(
            f"The key was later reported ({iso(reported)}) as not to be trusted since "
            f"{iso(key.revoked.starts)}; a witness saw the package before the report."
        )


def _judge_path(check: Check, parsed: ParsedSignature, trust: Trust, moment: Moment) -> str:
    try:
        path = find_path(
            parsed.signer,
            others=parsed.certificates,
            anchors=[read_authority(pem) for pem in trust.seal_cas],
            at=moment.at,
        )
        revoked: x509.Certificate | None = revoked_by(parsed.crls, path, at=moment.at)
    except WeakPathError as fault:
        check.fail(f"No accepted path leads to an authority for seals: {fault}")
        return str(fault)
    except PathError as fault:
        check.fail(f"No path leads to an authority for seals: {fault}")
        return ""
    if revoked is not None:
        check.fail("A revocation list inside the signature revokes a certificate of its path.")
    return ""
