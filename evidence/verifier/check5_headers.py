"""Check 5: who can open the package is who the signed statement says, and known as such.

Each stanza proves only to its own holder whom it is for. Source: docs/custody-format.md,
section 1, Recipients and check 5.
"""

from collections.abc import Sequence

from broker.crypto import age
from broker.crypto.age_header import AgeError, Header, parse_header
from broker.crypto.canonical import sha256_hex
from evidence.package.statement import Statement
from evidence.package.trust import Party, Trust, TrustKey, Use
from evidence.verifier.check2_container import Contents
from evidence.verifier.outcome import Check

NUMBER = 5
NAME = "The headers are as signed, for the recipients named"
KINDS = frozenset({"X25519", "mlkem768x25519"})
LEAST_RECIPIENTS = 2


def judge(check: Check, contents: Contents, trust: Trust | None, notes: list[str]) -> None:
    """Judge the header by what can be seen without a key."""
    statement = contents.statement
    if sha256_hex(contents.header) != statement.header_sha256:
        check.fail("The header is not the one whose digest the statement gives.")
    kinds = _judge_stanzas(check, contents.header, statement)
    if not statement.derived and len(statement.recipients) < LEAST_RECIPIENTS:
        check.fail("A package has at least two recipients: an office's or officer's, and escrow.")
    if contents.container.hand_overs():
        check.fail("The package was handed over; this version cannot verify hand-overs.")
    if trust is None:
        check.skip("Without a trust list no recipient is known.")
        return
    known = _known_recipients(check, statement, trust, notes)
    if len(kinds | {age.parse_recipient(key.value).kind for _, key in known}) > 1:
        check.fail("The recipients' keys are not all of the header's one kind.")


def _judge_stanzas(check: Check, raw: bytes, statement: Statement) -> set[str]:
    try:
        header: Header = parse_header(raw)
    except AgeError as fault:
        check.fail(f"The header cannot be read: {fault}")
        return set()
    kinds = {stanza.kind for stanza in header.stanzas}
    if len(kinds) != 1 or not kinds <= KINDS:
        check.fail(f"The header's stanzas are of the kinds {', '.join(sorted(kinds))[:120]}.")
    if len(header.stanzas) != len(statement.recipients):
        check.fail(
            f"The header has {len(header.stanzas)} stanzas for "
            f"{len(statement.recipients)} recipients."
        )
    return kinds


def _known_recipients(
    check: Check, statement: Statement, trust: Trust, notes: list[str]
) -> list[tuple[Party, TrustKey]]:
    found = {fingerprint: trust.recipient(fingerprint) for fingerprint in statement.recipients}
    unknown = [fingerprint for fingerprint, keys in found.items() if not keys]
    notes += [f"unknown recipient: {each} is not in the trust list." for each in unknown]
    known = [entry for keys in found.values() for entry in keys]
    if not unknown and not statement.derived and not _has_escrow(known):
        check.fail("No recipient's own party has its escrow key among the recipients.")
    return known


def _has_escrow(known: Sequence[tuple[Party, TrustKey]]) -> bool:
    """Tell whether some party has both a key to receive and its escrow key here."""
    uses: dict[str, set[Use]] = {}
    for party, key in known:
        uses.setdefault(party.id, set()).add(key.use)
    return any({Use.RECEIVE, Use.ESCROW} <= found for found in uses.values())
