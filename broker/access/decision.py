"""The answer to "may this actor do that?", with its reason."""

from dataclasses import dataclass

from broker.basics.errors import NotAllowed


@dataclass(frozen=True, slots=True)
class Decision:
    allowed: bool
    why: str = ""
    remedy: str = ""

    def require(self) -> None:
        """Raise NotAllowed unless allowed."""
        if not self.allowed:
            raise NotAllowed("You may not do this.", why=self.why, remedy=self.remedy)


def allow() -> Decision:
    return Decision(allowed=True)


def deny(why: str, remedy: str = "") -> Decision:
    return Decision(allowed=False, why=why, remedy=remedy)
