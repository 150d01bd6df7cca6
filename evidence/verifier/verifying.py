"""Makes the seven checks on a package, each by its own module, and reports.

Source: docs/custody-format.md, section 1, "A verifier requires".
"""

from collections.abc import Iterator
from contextlib import contextmanager

from broker.basics.clock import iso
from evidence.package.trust import Trust
from evidence.verifier import (
    check1_trust,
    check2_container,
    check3_signer,
    check4_manifest,
    check5_headers,
    check6_log,
    check7_inside,
    signatures,
)
from evidence.verifier.check2_container import Contents
from evidence.verifier.check6_log import Logged
from evidence.verifier.check7_inside import Inside
from evidence.verifier.outcome import Check, Report
from evidence.verifier.question import Question

_MODULES = (
    check1_trust,
    check2_container,
    check3_signer,
    check4_manifest,
    check5_headers,
    check6_log,
    check7_inside,
)


def verify(question: Question) -> Report:
    """Verify one package offline. Never raises for what the package or trust list holds."""
    return _Verification(question).run()


class _Verification:
    def __init__(self, question: Question) -> None:
        self._question = question
        self._checks = {module.NUMBER: Check(module.NUMBER, module.NAME) for module in _MODULES}
        self._notes: list[str] = []
        self._facts: list[str] = []

    def run(self) -> Report:
        trust = self._trust()
        contents = self._contents()
        if contents is None:
            self._skip_rest()
        else:
            self._judge(contents, trust)
        checks = [self._checks[number] for number in sorted(self._checks)]
        is_demo = trust is not None and trust.demo
        version = trust.version if trust else None
        return Report(checks, self._notes, self._facts, is_demo, version)

    def _trust(self) -> Trust | None:
        trust = None
        with self._judging(1) as check:
            trust = check1_trust.judge(check, self._question, self._notes)
            self._facts += check1_trust.facts(self._question, trust)
        return trust

    def _contents(self) -> Contents | None:
        with self._judging(2) as check:
            return check2_container.judge(check, self._question)
        return None

    def _skip_rest(self) -> None:
        for number in range(3, 8):
            self._checks[number].skip("The container is not sound, so nothing in it is read.")

    def _judge(self, contents: Contents, trust: Trust | None) -> None:
        statement = contents.statement
        self._facts.append(f"Package {statement.package_id}, sealed by {statement.organisation}.")
        self._facts.append(f"Sealed at {iso(statement.created)}, as claimed.")
        self._facts += check6_log.facts(contents)
        logged = self._log(contents, trust)
        inside = self._inside(contents, trust)
        self._seal(contents, trust, logged, inside)
        with self._judging(5) as check:
            check5_headers.judge(check, contents, trust, self._notes)
        self._facts += check7_inside.facts(inside)

    def _log(self, contents: Contents, trust: Trust | None) -> Logged:
        logged = Logged()
        with self._judging(6) as check:
            logged = check6_log.judge(check, contents, trust, self._notes)
        check6_log.note_delay(logged, stamped=None, notes=self._notes)
        return logged

    def _inside(self, contents: Contents, trust: Trust | None) -> Inside | None:
        check = self._checks[7]
        if not self._question.identities:
            check.is_required = False
            check.skip("No key was given.")
            self._notes.append("no key: what is inside was not read.")
            return None
        with self._judging(7):
            identities, form = self._question.identities, self._checks[2]
            return check7_inside.judge(check, contents, trust, identities, form=form)
        return None

    def _seal(
        self, contents: Contents, trust: Trust | None, logged: Logged, inside: Inside | None
    ) -> None:
        statement, weakness = contents.statement, ""
        digest = check4_manifest.digest(contents)
        outer = signatures.read(contents.signature, digest=digest)
        moment = check3_signer.moment_of(statement, logged, self._notes)
        with self._judging(3) as check:
            weakness = check3_signer.judge(check, statement, outer, trust, moment=moment)
            if inside is not None:
                check3_signer.judge_inner(check, outer, inside.signature)
                check3_signer.judge_order_form(check, inside.order_signature)
            requires = self._question.requires_stamp
            check3_signer.judge_stamps(
                check, statement, outer, requires=requires, notes=self._notes
            )
        with self._judging(4) as check:
            check4_manifest.judge(check, contents)
            inner = [inside.signature, inside.order_signature] if inside else []
            check4_manifest.judge_algorithms(check, [outer, *inner], path_weakness=weakness)

    @contextmanager
    def _judging(self, number: int) -> Iterator[Check]:
        """Give out a check; whatever goes wrong inside fails it, so that nothing passes by."""
        check = self._checks[number]
        try:
            yield check
        except Exception as fault:  # hostile bytes reach libraries that raise what they like
            check.fail(f"It could not be judged: {type(fault).__name__}: {fault}")
