"""The shape of a life story: states, and the steps between them. Pure data."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from broker.access.permissions import Permission
from broker.basics.errors import WrongState


@dataclass(frozen=True, slots=True)
class Step[S: StrEnum]:
    """`verb` leads from any of `sources` to `target`; without sources it begins a story.

    `event` is what the step means to the law's clocks, if anything.
    """

    verb: str
    sources: frozenset[S]
    target: S
    permission: Permission
    event: str | None = None


def begins[S: StrEnum](
    verb: str, target: S, permission: Permission, *, event: str | None = None
) -> Step[S]:
    """Return a step that begins a life story in `target`."""
    return Step(verb, frozenset(), target, permission, event)


def step[S: StrEnum](
    verb: str, sources: set[S], target: S, permission: Permission, *, event: str | None = None
) -> Step[S]:
    """Return a step from any of `sources` to `target`."""
    return Step(verb, frozenset(sources), target, permission, event)


class Flow[S: StrEnum]:
    """A table of steps, keyed by verb and source. The table is the specification."""

    def __init__(self, noun: str, *steps: Step[S]) -> None:
        self.noun = noun
        self.steps = steps
        self._moves = {(row.verb, source): row for row in steps for source in row.sources}
        self._beginnings = {row.verb: row for row in steps if not row.sources}

    def __iter__(self) -> Iterator[Step[S]]:
        return iter(self.steps)

    def beginning(self, verb: str) -> Step[S]:
        """Return the step that begins a story with `verb`; KeyError if no story begins so."""
        return self._beginnings[verb]

    def step(self, verb: str, state: S) -> Step[S]:
        """Return the step `verb` from `state`, or raise WrongState."""
        found = self._moves.get((verb, state))
        if found is None:
            sources = sorted(source for name, source in self._moves if name == verb)
            raise WrongState(
                f"Cannot {verb.replace('_', ' ')} a case that is {state}.",
                why=f"Only a case that is {' or '.join(sources)} can take this step.",
                remedy="Reload the case; someone may have moved it meanwhile.",
            )
        return found

    def leading_from(self, state: S) -> list[Step[S]]:
        """Return the steps that lead from `state`, in the order of the table."""
        return [row for row in self.steps if state in row.sources]
