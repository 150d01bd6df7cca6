"""The kinds of refusal the house knows: what was refused, why, and what to do.

Only the faces (api, web, management commands) know status codes.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar


class Refusal(Exception):
    """A refusal a person can act on. Raised once, rendered by each face in its own form.

    `fields` maps a field's name to what is wrong with it.
    """

    kind: ClassVar[str] = "refused"

    def __init__(
        self,
        what: str,
        *,
        why: str = "",
        remedy: str = "",
        fields: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.remedy = remedy
        self.fields = {name: list(faults) for name, faults in (fields or {}).items()}

    def __str__(self) -> str:
        return " ".join(part for part in (self.what, self.why, self.remedy) if part)


class Invalid(Refusal):
    """The input does not have the shape or content that is asked for."""

    kind = "invalid"


class Unauthenticated(Refusal):
    """Who asks could not be established."""

    kind = "unauthenticated"


class NotAllowed(Refusal):
    """Who asks is known and may see the thing, but may not do this."""

    kind = "not-allowed"


class NotFound(Refusal):
    """The thing is not there, or not for the eyes of who asks: nobody can tell which."""

    kind = "not-found"


class WrongState(Refusal):
    """The case is not in a state from which this step leads."""

    kind = "wrong-state"


class Conflict(Refusal):
    """The same key or place is already taken by something else."""

    kind = "conflict"


class TooLarge(Refusal):
    """More bytes, items or depth than the house takes at once."""

    kind = "too-large"


class DigestMismatch(Refusal):
    """The bytes are not the ones that were announced."""

    kind = "digest-mismatch"


class Expired(Refusal):
    """It was valid once and is no longer."""

    kind = "expired"


class Unavailable(Refusal):
    """A part of the house that is needed does not answer now; trying again may help."""

    kind = "unavailable"
