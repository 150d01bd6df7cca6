"""What a verification found: one outcome for each numbered check, notes, and the exit code.

Source: docs/custody-format.md, section 1, "A verifier requires", and section 4.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Literal


class Status(StrEnum):
    """How a check ended."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    NOT_CHECKED = "not checked"
    WITHHELD = "withheld"
    CONTESTED = "contested"
    FAIL = "fail"


class Exit(IntEnum):
    """The program's exit code: all held, one failed, or one is open."""

    PASS = 0
    FAIL = 1
    OPEN = 3


_GRAVITY = tuple(Status)
_OPEN = frozenset({Status.NOT_CHECKED, Status.WITHHELD, Status.CONTESTED})


@dataclass(slots=True)
class Check:
    """One numbered check while it is made; it can only get worse.

    `is_required` is False where the check was not asked for (number 7 without a key).
    """

    number: int
    name: str
    status: Status = Status.PASS
    reasons: list[str] = field(default_factory=list)
    is_required: bool = True

    def fail(self, reason: object) -> None:
        """Record that something does not hold."""
        self._worsen(Status.FAIL, reason)

    def contest(self, reason: str) -> None:
        """Record that people must decide whether it holds."""
        self._worsen(Status.CONTESTED, reason)

    def withhold(self, reason: str) -> None:
        """Record that what would show it was held back."""
        self._worsen(Status.WITHHELD, reason)

    def skip(self, reason: str) -> None:
        """Record that it could not be checked here."""
        self._worsen(Status.NOT_CHECKED, reason)

    def _worsen(self, status: Status, reason: object) -> None:
        self.reasons.append(str(reason))
        self.status = max(self.status, status, key=_GRAVITY.index)


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a verification; `facts` are claims and digests, printed and not judged."""

    checks: Sequence[Check]
    notes: Sequence[str]
    facts: Sequence[str] = ()
    is_demo: bool = False
    trust_version: int | None = None

    @property
    def exit(self) -> Exit:
        """0 when all required checks pass, 1 when one fails, 3 when none fails and one is open."""
        found = {check.status for check in self.checks if check.is_required}
        if Status.FAIL in {check.status for check in self.checks}:
            return Exit.FAIL
        return Exit.OPEN if found & _OPEN else Exit.PASS

    @property
    def result(self) -> Literal["pass", "fail", "open"]:
        """The exit code as a word."""
        words: Mapping[Exit, Literal["pass", "fail", "open"]] = {
            Exit.PASS: "pass",
            Exit.FAIL: "fail",
            Exit.OPEN: "open",
        }
        return words[self.exit]

    def check(self, number: int) -> Check:
        """Return the check of that number."""
        return next(check for check in self.checks if check.number == number)
