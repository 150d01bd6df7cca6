"""Check 1: the trust list holds: signed by the roots, not expired, not older than last seen.

Source: docs/custody-format.md, section 1, check 1, and section 3.
"""

from broker.basics.clock import iso
from broker.basics.errors import Refusal
from evidence.package.trust import Trust
from evidence.package.trust_reader import parse_trust
from evidence.package.trust_signing import trust_faults
from evidence.verifier.outcome import Check
from evidence.verifier.question import Question

NUMBER = 1
NAME = "The trust list is signed by the roots and in force"


def judge(check: Check, question: Question, notes: list[str]) -> Trust | None:
    """Judge trust.json; return it whenever it can be read, also when it does not hold."""
    try:
        trust = parse_trust(question.trust.data)
    except Refusal as fault:
        check.fail(fault)
        return None
    for reason in trust_faults(question.trust, trust, roots=question.roots, at=question.at):
        check.fail(reason)
    _judge_version(check, trust, question.last_seen, notes)
    if trust.demo:
        notes.append(
            "DEMO: a demo trust list: one root suffices, and nothing it holds proves anything."
        )
    return trust


def facts(question: Question, trust: Trust | None) -> list[str]:
    """Return the lines that name the trust list, so that two readers can compare."""
    lines = [f"trust.json has the SHA-256 {question.trust.sha256}."]
    if trust:
        lines.append(f"trust.json is version {trust.version}, issued {iso(trust.issued)}.")
    return lines


def _judge_version(check: Check, trust: Trust, last_seen: int | None, notes: list[str]) -> None:
    if last_seen is None:
        notes.append("no last-seen: whether a newer trust list was seen before is not known.")
    elif trust.version < last_seen:
        check.fail(f"It is version {trust.version}; version {last_seen} was seen before.")
