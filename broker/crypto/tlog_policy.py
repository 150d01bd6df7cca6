"""The policy text of a transparency log: which logs, which witnesses, and how many of them.

Source: C2SP tlog-policy (commit 13027ee).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from broker.crypto.note import COSIGNATURE, LOG, NoteError, Vkey, open_note, parse_vkey
from broker.crypto.note_text import Checkpoint

_FOREIGN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_BLANKS = re.compile(r"[ \t]+")
_THRESHOLD = re.compile(r"[1-9][0-9]{0,8}")


class PolicyError(NoteError):
    """A policy text is malformed, or a checkpoint does not satisfy the policy."""


@dataclass(frozen=True, slots=True)
class Group:
    """Witnessed when at least `threshold` of `members` (witnesses or groups) are."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Witnessed:
    """A checkpoint that satisfies a policy.

    `cosigned` gives, for each witness that the quorum line reaches and that cosigned, the
    earliest time it states, in POSIX seconds; `completed` is the one of these times at which the
    quorum was full. With `quorum none` both are empty: {} and None.
    """

    checkpoint: Checkpoint
    log: Vkey
    cosigned: Mapping[str, int]
    completed: int | None

    @property
    def earliest(self) -> int | None:
        """Return the earliest counted cosignature, in POSIX seconds."""
        return min(self.cosigned.values(), default=None)


@dataclass(frozen=True, slots=True)
class Policy:
    """Known logs, witnesses by name, groups in the order of their lines, and the quorum's name.

    `quorum` is None for `quorum none`.
    """

    logs: tuple[Vkey, ...] = ()
    witnesses: Mapping[str, Vkey] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    quorum: str | None = None

    def verify(self, note: str) -> Witnessed:
        """Check a signed checkpoint; raise NoteError unless a log and the quorum signed it."""
        opened = open_note(note, [*self.logs, *self.witnesses.values()])
        checkpoint = Checkpoint.parse(opened.text)
        logs = [
            signed.vkey
            for signed in opened.verified
            if signed.vkey in self.logs and signed.vkey.name == checkpoint.origin
        ]
        if not logs:
            raise PolicyError("The checkpoint is not signed by a log that the policy lists.")
        cosigned: dict[str, int] = {}
        names = {self.witnesses[name]: name for name in self._reached()}
        for signed in opened.verified:
            name = names.get(signed.vkey)
            if name and signed.timestamp is not None:
                cosigned[name] = min(signed.timestamp, cosigned.get(name, signed.timestamp))
        return Witnessed(checkpoint, logs[0], cosigned, self._completed(cosigned))

    def is_satisfied_by(self, witnesses: Iterable[str]) -> bool:
        """Tell whether cosignatures of these witnesses, by name, fill the quorum."""
        present = set(witnesses)
        for name, group in self.groups.items():
            if len(present.intersection(group.members)) >= group.threshold:
                present.add(name)
        return self.quorum is None or self.quorum in present

    def _reached(self) -> set[str]:
        """Return the names of the witnesses that the quorum line reaches."""
        reached = {self.quorum}
        for name, group in reversed(list(self.groups.items())):
            if name in reached:
                reached.update(group.members)
        return {name for name in self.witnesses if name in reached}

    def _completed(self, cosigned: Mapping[str, int]) -> int | None:
        if self.quorum is None:
            return None
        for moment in sorted(cosigned.values()):
            if self.is_satisfied_by(name for name, at in cosigned.items() if at <= moment):
                return moment
        raise PolicyError(
            f"The cosignatures of {len(cosigned)} witnesses do not fill the quorum of the policy."
        )


def parse_policy(text: str) -> Policy:
    """Read a tlog-policy text; raise PolicyError, or NoteError for a malformed key."""
    if not text.endswith("\n") or _FOREIGN.search(text):
        raise PolicyError("A policy ends in a line feed and holds no control character but tabs.")
    draft = _Draft()
    for line in text.split("\n"):
        keyword, *items = _BLANKS.split(line.strip(" \t"))
        if keyword and not keyword.startswith("#"):
            draft.read(keyword, items)
    if not draft.quorum:
        raise PolicyError("The policy has no quorum line.")
    quorum = None if draft.quorum == "none" else draft.quorum
    return Policy(tuple(draft.logs), draft.witnesses, draft.groups, quorum)


class _Draft:
    """A policy while its lines are read; every line may only name what stands above it."""

    def __init__(self) -> None:
        self.logs: list[Vkey] = []
        self.witnesses: dict[str, Vkey] = {}
        self.groups: dict[str, Group] = {}
        self.quorum = ""
        self._members: set[str] = set()

    def read(self, keyword: str, items: list[str]) -> None:
        match keyword, items:
            case "log", [vkey] | [vkey, _]:
                self.logs.append(_key(vkey, kind=LOG, known=self.logs))
            case "witness", [name, vkey] | [name, vkey, _]:
                known = self.witnesses.values()
                self._demand_new(name)
                self.witnesses[name] = _key(vkey, kind=COSIGNATURE, known=known)
            case "group", [name, threshold, *members] if members:
                self._demand_new(name)
                self.groups[name] = self._group(threshold, members)
            case "quorum", [name] if not self.quorum:
                self._demand_known(name, also="none")
                self.quorum = name
            case _:
                raise PolicyError(f"The policy has a {keyword!r} line that cannot be read.")

    def _group(self, threshold: str, members: list[str]) -> Group:
        for member in members:
            self._demand_known(member)
            if member in self._members:
                raise PolicyError(f"The policy lists {member!r} as a member twice.")
            self._members.add(member)
        words = {"any": 1, "all": len(members)}
        if threshold not in words and not _THRESHOLD.fullmatch(threshold):
            raise PolicyError(f"The policy has a group with the threshold {threshold!r}.")
        count = words.get(threshold) or int(threshold)
        if count > len(members):
            raise PolicyError(f"The policy asks for {count} of {len(members)} members.")
        return Group(count, tuple(members))

    def _demand_new(self, name: str) -> None:
        if name == "none" or name in self.witnesses or name in self.groups:
            raise PolicyError(f"The policy defines the name {name!r} twice, or it is reserved.")

    def _demand_known(self, name: str, *, also: str = "") -> None:
        if name not in {*self.witnesses, *self.groups, also}:
            raise PolicyError(f"The policy uses the name {name!r} before it is defined.")


def _key(text: str, *, kind: int, known: Iterable[Vkey]) -> Vkey:
    key = parse_vkey(text)
    if key.kind != kind:
        raise PolicyError(f"The key of {key.name} is not of the signature type {kind:#04x}.")
    if any(key.public == other.public for other in known):
        raise PolicyError(f"The policy lists the key of {key.name} twice.")
    return key
