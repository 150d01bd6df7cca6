"""The terms of an instrument: who, to whom, signed how, answered how, shown to whom."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from broker.law.form import Audience
from broker.law.words import Text


class Effect(StrEnum):
    VOLUNTARY = "voluntary"
    SOFT = "soft"
    NOTICE = "notice"
    BINDING = "binding"
    POLICY = "policy"


class Status(StrEnum):
    IN_FORCE = "in_force"
    DISABLED = "disabled"
    NOT_IN_FORCE = "not_in_force"
    REPEALED = "repealed"


class FlowKind(StrEnum):
    """Which life story a case under the instrument follows."""

    REFERRAL = "referral"
    PRODUCTION = "production"


class SignatureLevel(StrEnum):
    NONE = "none"
    ADVANCED = "advanced"
    QUALIFIED = "qualified"
    QUALIFIED_OR_SEAL = "qualified_or_seal"


class LanguageRule(StrEnum):
    """In which language the text must be."""

    ANY = "any"
    ADDRESSEE = "addressee"
    ISSUER_WITH_TRANSLATION = "issuer_with_translation"


class Appearance(StrEnum):
    """How an officer appears to an audience."""

    NAME = "name"
    SERVICE_NUMBER = "service_number"
    UNIT = "unit"
    HIDDEN = "hidden"


class OutcomeKind(StrEnum):
    """What an outcome means, whatever the instrument calls it."""

    ACTED = "acted"
    KEPT = "kept"
    GONE = "gone"
    IMPOSSIBLE = "impossible"
    ASKS_BACK = "asks_back"


@dataclass(frozen=True, slots=True)
class Issuers:
    """Kinds of organisation and seats (names of `access.Role`) that may issue."""

    organisation_kinds: tuple[str, ...]
    seats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Approvals:
    """How many different people must stand behind the act, and in which seats.

    `people` counts the drafter where `drafter_may_approve` is false: two people are one
    who drafts and another who approves. `needed` is the number of approvals to collect.
    """

    people: int
    seats: tuple[str, ...]
    drafter_may_approve: bool

    @property
    def needed(self) -> int:
        return self.people if self.drafter_may_approve else self.people - 1


@dataclass(frozen=True, slots=True)
class Addressee:
    organisation_kinds: tuple[str, ...]
    contact: Text
    mail_carries_form: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """`dispensed_on_authenticated_channel`: the law lets a proven channel stand for it."""

    level: SignatureLevel
    dispensed_on_authenticated_channel: bool = False


@dataclass(frozen=True, slots=True)
class Languages:
    """`translate` names the form sections that need a translation under that rule."""

    rule: LanguageRule
    translate: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """One answer the addressee may give for one item.

    `needs_ground`: the answer must name one of the instrument's grounds.
    """

    code: str
    kind: OutcomeKind
    label: Text
    needs_ground: bool = False


@dataclass(frozen=True, slots=True)
class Ground:
    """A reason for which execution may be refused, and whose reason it is."""

    code: str
    raised_by: Audience
    label: Text
    article: str
    asks_back: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """Information somebody owes somebody once `on` has happened; a clock says if it has a time."""

    id: str
    owed_by: Audience
    owed_to: Audience
    on: str
    label: Text
    article: str


@dataclass(frozen=True, slots=True)
class Names:
    """How the officer appears to each audience."""

    issuer: Appearance
    addressee: Appearance
    enforcing_authority: Appearance
    overseer: Appearance
    defence: Appearance
    public: Appearance

    def to(self, audience: Audience) -> Appearance:
        return Appearance(getattr(self, audience.value))


@dataclass(frozen=True, slots=True)
class Retention:
    """How long the broker keeps what after the case is closed: ISO 8601 or "national"."""

    content: str
    case_file: str


@dataclass(frozen=True, slots=True)
class DataCategory:
    """A kind of data, and who may order it. Seats are names of `access.Role`.

    A seat in `issue_validated` needs the validation of one in `validate`.
    """

    id: str
    tier: int
    label: Text
    article: str
    issue_alone: tuple[str, ...]
    issue_validated: tuple[str, ...]
    validate: tuple[str, ...]
    needs_offence_ground: bool = False


@dataclass(frozen=True, slots=True)
class Notification:
    """When an authority of the addressee's State is notified, and what waits for it."""

    tiers: tuple[int, ...]
    organisation_kind: str
    clock: str
    clock_emergency: str
    withholds: tuple[str, ...]
    waiver_field: str
    waiver: Text
    article: str


@dataclass(frozen=True, slots=True)
class Transport:
    """A way a message may travel. `grounds`: at least one of them must be given, if any."""

    id: str
    label: Text
    article: str
    needs_national_it_system: bool = False
    grounds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """A worked deadline; a test of the instrument."""

    clock: str
    start: datetime
    due: datetime | None = None
    lapses: datetime | None = None
    zone: str = "UTC"
    place: str = ""
