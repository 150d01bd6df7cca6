"""Texts in the languages of an instrument, and where a legal value comes from."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum


class Mark(StrEnum):
    """How sure the house is of a legal value, from read in the text to not found anywhere."""

    VERIFIED = "verified"
    SECONDARY = "secondary"
    FROM_KNOWLEDGE = "from knowledge"
    DESIGN_ADVICE = "design advice"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in English and French."""

    en: str
    fr: str

    def say(self, language: str) -> str:
        """Return the words in `language` ("fr", "fr-BE"), in English for any other."""
        return self.fr if language.lower().split("-")[0] == "fr" else self.en


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value stands and how sure that is: the article, and a mark a lawyer can look for."""

    text: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class WhyStep:
    """One step of a derivation: what was done, where that stands, how sure that is."""

    text: str
    source: str
    mark: Mark


def instant(at: datetime) -> str:
    """Write an aware instant in UTC: `2026-10-25T01:30:00Z`, with a fraction if it has one."""
    text = at.astimezone(UTC).isoformat().removesuffix("+00:00")
    return f"{text}Z"
