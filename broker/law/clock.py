"""A clock of an instrument: what starts it, how long it runs, who is told when."""

from dataclasses import dataclass, field
from enum import StrEnum

from broker.law.duration import Duration
from broker.law.events import LegalEvent
from broker.law.words import Mark, Source, Text


class ClockKind(StrEnum):
    """What the end of the period means."""

    COMPLY = "comply"  # the act must be done before it
    REVIEW = "review"  # someone may or must decide before it
    RETAIN = "retain"  # a thing must be kept until it
    EARLIEST = "earliest"  # nothing may be done before it
    POLICY = "policy"  # a target nobody is bound by
    STANDARD = "standard"  # no number in the law: no due time


class Weight(StrEnum):
    HARD = "hard"
    SOFT = "soft"
    POLICY = "policy"


class Rule(StrEnum):
    """How the period is counted; `periods` holds each rule with its source."""

    SPAN = "span"  # hours and less, nothing else: national law, codes, policies
    HOURS_EU = "hours_eu"  # Reg. 1182/71, Art. 3(1): two readings
    DAYS = "days"  # to the end of the last day, never moved
    DAYS_EU = "days_eu"  # Reg. 1182/71, Art. 3(4), 3(5): moved to a working day
    WORKING_DAYS_EU = "working_days_eu"  # Reg. 1182/71, Art. 2(2), 3(3)
    NONE = "none"


class Seat(StrEnum):
    """Whose zone or holidays count."""

    ADDRESSEE = "addressee"
    ISSUER = "issuer"
    ENFORCING_AUTHORITY = "enforcing_authority"


class AskingBack(StrEnum):
    """What a request for clarification does to the clock."""

    RESTART = "restart"  # a full fresh period once the answer is received
    SUSPEND = "suspend"  # stands still until the answer is received
    NOTHING = "nothing"


class Scope(StrEnum):
    CASE = "case"
    ITEM = "item"


class Anchor(StrEnum):
    DUE = "due"
    LAPSE = "lapse"


@dataclass(frozen=True, slots=True)
class Alert:
    """A rung of the ladder: `before` or `after` the anchor, in clock time.

    With neither, at the anchor itself. `every` and `times` repeat the rung: `times` counts
    all firings. `who` are seats (names of `access.Role`) of the issuing side.
    """

    who: tuple[str, ...]
    anchor: Anchor = Anchor.DUE
    before: Duration | None = None
    after: Duration | None = None
    every: Duration | None = None
    times: int = 1


@dataclass(frozen=True, slots=True)
class Clock:
    """One period of an instrument. `duration` is None where the law has no number.

    An event of `suspend_on` makes the clock stand still. One of `restart_on` begins a full
    fresh period, running or standing; one of `resume_on` lets the rest of the period run
    (`periods.resume`). `asking_back` is what the addressee is told before it asks.
    `on_lapse` is the event written when the period has ended and nothing stopped it;
    `late_word` is what a missed period is called: "overdue" where the law binds, else "late".
    """

    id: str
    label: Text
    kind: ClockKind
    weight: Weight
    rule: Rule
    article: str
    start: tuple[LegalEvent, ...]
    stop: tuple[LegalEvent, ...]
    asking_back: AskingBack
    late_word: str
    duration: Duration | None = None
    scope: Scope = Scope.CASE
    zone_of: Seat = Seat.ADDRESSEE
    place_of: Seat = Seat.ADDRESSEE
    restart_on: tuple[LegalEvent, ...] = ()
    suspend_on: tuple[LegalEvent, ...] = ()
    resume_on: tuple[LegalEvent, ...] = ()
    on_lapse: LegalEvent | None = None
    alerts: tuple[Alert, ...] = field(default=(), metadata={"key": "alert"})
    source: Source = field(default=Source("", Mark.UNCONFIRMED), metadata={"key": ""})

    @property
    def is_binding(self) -> bool:
        return self.weight is Weight.HARD
