"""Check 6: the broker received exactly this package, and a public log says when.

Source: docs/custody-format.md, section 1, Received event and check 6, and section 2.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from broker.basics.clock import iso
from broker.crypto.canonical import commitment
from broker.crypto.merkle import leaf_hash
from broker.crypto.note import Checkpoint, parse_vkey
from broker.crypto.tlog_proof import Policy, Witnessed, parse_policy, parse_proof
from evidence.package.received import RECEIVED_VERB, Received, ReceivedBody
from evidence.package.trust import Trust
from evidence.verifier.check2_container import Contents
from evidence.verifier.outcome import Check

NUMBER = 6
NAME = "The receipt is in the log and names this package"
_PROMPT = timedelta(minutes=5)
_EQUAL = timedelta(seconds=1)
_ORGANISATION = "org:"
_LAST_SECOND = 253_402_300_799  # of the year 9999; a witness may state any number


@dataclass(frozen=True, slots=True)
class Logged:
    """What the log proves. Instants are aware; None where nobody counted says so.

    `earliest` is the earliest cosignature that counts, `completed` the one that filled the
    quorum, `at` the instant that the event states.
    """

    at: datetime | None = None
    earliest: datetime | None = None
    completed: datetime | None = None


def judge(check: Check, contents: Contents, trust: Trust | None, notes: list[str]) -> Logged:
    """Judge the received event and its proof; return the instants that can be counted on."""
    if contents.received is None or contents.proof is None:
        check.skip("The package carries no receipt: the broker had not received it yet.")
        return Logged()
    _judge_event(check, contents, contents.received)
    if trust is None:
        check.skip("Without a trust list no log is known.")
        return Logged()
    _note_party(contents.received, trust, notes)
    try:
        witnessed = _prove(contents.received, contents.proof, trust)
    except ValueError as fault:
        check.fail(f"The proof of logging does not hold: {fault}")
        return Logged()
    _judge_quorum(check, witnessed, trust, notes)
    return _logged(contents.received, witnessed)


def note_delay(logged: Logged, *, stamped: datetime | None, notes: list[str]) -> None:
    """Note "reported" unless stamp, log and witnesses follow each other within minutes."""
    if logged.at is None or stamped is None or logged.completed is None:
        notes.append("reported: the time of sealing rests on no stamp and witness together.")
        return
    late = max(stamped - logged.at, logged.completed - logged.at) - _PROMPT
    if late >= _EQUAL:
        notes.append("reported: stamp, log and witness lie more than five minutes apart.")


def facts(contents: Contents) -> list[str]:
    """Return the line with the time of upload, which is printed and not judged."""
    if contents.received is None or contents.received.body is None:
        return []
    return [f"Received by the broker, as its log states: {iso(contents.received.body.at)}."]


def _judge_event(check: Check, contents: Contents, received: Received) -> None:
    if not received.stream.startswith(_ORGANISATION):
        check.fail("The event stands in another stream than an organisation's.")
    if received.body is None or received.body_salt is None:
        check.withhold("The body of the receipt is withheld.")
        return
    body = received.body
    if commitment("body", received.body_salt, body.canonical).hex() != received.body_commitment:
        check.fail("The body is not the one that the event commits to.")
    _judge_body(check, contents, body)


def _judge_body(check: Check, contents: Contents, body: ReceivedBody) -> None:
    if body.verb != RECEIVED_VERB:
        check.fail(f"The event is {body.verb[:80]!r}, not {RECEIVED_VERB}.")
    if body.package_id != contents.statement.package_id:
        check.fail("The receipt names another package.")
    if body.statement_sha256 != contents.statement_sha256:
        check.fail("The receipt names another statement.")
    if (body.payload_sha256, body.payload_size) != (
        contents.payload_sha256,
        contents.payload_size,
    ):
        check.fail("The receipt names another payload.")


def _prove(received: Received, proof: bytes, trust: Trust) -> Witnessed:
    parsed = parse_proof(proof.decode("utf-8"))
    if parsed.extra is not None:
        raise ValueError("it has an extra line.")
    leaf = leaf_hash(commitment("event", received.salt, received.header))
    witnessed = parsed.verify(leaf, _policy(trust))
    _demand_within_frozen(witnessed.checkpoint, trust)
    return witnessed


def _policy(trust: Trust) -> Policy:
    """Return the list's policy, each frozen log under its own key and no other."""
    policy = parse_policy(trust.log_policy)
    ended = {log.origin for log in trust.frozen}
    running = tuple(log for log in policy.logs if log.name not in ended)
    return replace(policy, logs=(*running, *(parse_vkey(log.vkey) for log in trust.frozen)))


def _demand_within_frozen(checkpoint: Checkpoint, trust: Trust) -> None:
    for log in trust.frozen:
        if log.origin != checkpoint.origin:
            continue
        if checkpoint.size > log.size:
            raise ValueError("its checkpoint is from after the log was frozen.")
        if checkpoint.size == log.size and checkpoint.root.hex() != log.root:
            raise ValueError("its checkpoint contradicts the one at which the log was frozen.")


def _judge_quorum(check: Check, witnessed: Witnessed, trust: Trust, notes: list[str]) -> None:
    if parse_policy(trust.log_policy).quorum is not None:
        return
    if trust.demo:
        notes.append("demo: the log policy asks for no witness (quorum none).")
    else:
        check.fail("The log policy asks for no witness (quorum none).")


def _note_party(received: Received, trust: Trust, notes: list[str]) -> None:
    party = received.stream.removeprefix(_ORGANISATION)
    if received.stream.startswith(_ORGANISATION) and trust.party(party) is None:
        notes.append(f"unknown party: {party[:80]}, in whose stream the receipt stands.")


def _logged(received: Received, witnessed: Witnessed) -> Logged:
    return Logged(
        at=received.body.at if received.body else None,
        earliest=_instant(witnessed.earliest),
        completed=_instant(witnessed.completed),
    )


def _instant(posix: int | None) -> datetime | None:
    return None if posix is None else datetime.fromtimestamp(min(posix, _LAST_SECOND), UTC)
