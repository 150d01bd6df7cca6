"""What one legal instrument says, as frozen data. Reading it from TOML is `reader`'s work."""

from dataclasses import dataclass, field
from datetime import date

from broker.basics.errors import NotFound
from broker.law.clock import Clock
from broker.law.form import Audience, Form, FormUse
from broker.law.terms import (
    Addressee,
    Approvals,
    DataCategory,
    Effect,
    Example,
    FlowKind,
    Ground,
    Issuers,
    Languages,
    Names,
    Notice,
    Notification,
    Outcome,
    Retention,
    Signature,
    Status,
    Transport,
)
from broker.law.words import Source, Text


@dataclass(frozen=True, slots=True)
class Instrument:
    """One instrument in one version. `sha256` is the digest of its file's bytes, in hex.

    `sources` maps a value's path ("clock.comply", "approvals") to where it stands.
    """

    id: str
    version: int
    title: Text
    legal_basis: Text
    effect: Effect
    status: Status
    flow: FlowKind
    issuers: Issuers
    approvals: Approvals
    addressee: Addressee
    signature: Signature
    languages: Languages
    names: Names
    retention: Retention
    forms: tuple[Form, ...] = field(metadata={"key": "form"})
    outcomes: tuple[Outcome, ...] = field(metadata={"key": "outcome"})
    sources: dict[str, Source] = field(metadata={"key": "source"})
    valid_from: date | None = None
    valid_to: date | None = None
    demo_only: bool = False
    content_classes: tuple[str, ...] = ()
    clocks: tuple[Clock, ...] = field(default=(), metadata={"key": "clock"})
    grounds: tuple[Ground, ...] = field(default=(), metadata={"key": "ground"})
    notices: tuple[Notice, ...] = field(default=(), metadata={"key": "notice"})
    data_categories: tuple[DataCategory, ...] = field(default=(), metadata={"key": "data_category"})
    notification: Notification | None = None
    transports: tuple[Transport, ...] = field(default=(), metadata={"key": "transport"})
    examples: tuple[Example, ...] = field(default=(), metadata={"key": "example"})
    sha256: str = field(default="", metadata={"key": ""})

    @property
    def form(self) -> Form:
        """The form of the order itself."""
        return next(form for form in self.forms if form.use is FormUse.ORDER)

    @property
    def answer_forms(self) -> tuple[Form, ...]:
        return tuple(form for form in self.forms if form.use is FormUse.ANSWER)

    @property
    def is_open(self) -> bool:
        """Whether its status lets new cases begin under it."""
        return self.status is Status.IN_FORCE

    def form_called(self, form_id: str) -> Form:
        return _called(self.forms, "id", form_id, self.id)

    def clock(self, clock_id: str) -> Clock:
        """Return one clock; raise NotFound naming the clocks there are."""
        return _called(self.clocks, "id", clock_id, self.id)

    def outcome(self, code: str) -> Outcome:
        return _called(self.outcomes, "code", code, self.id)

    def grounds_of(self, side: Audience) -> tuple[Ground, ...]:
        """Return the grounds that `side` may raise."""
        return tuple(each for each in self.grounds if each.raised_by is side)

    def ground(self, code: str, raised_by: Audience = Audience.ADDRESSEE) -> Ground:
        return _called(self.grounds_of(raised_by), "code", code, self.id)

    def data_category(self, category_id: str) -> DataCategory:
        return _called(self.data_categories, "id", category_id, self.id)

    def transport(self, transport_id: str) -> Transport:
        return _called(self.transports, "id", transport_id, self.id)

    def source(self, path: str) -> Source | None:
        """Return where the value at `path` stands: its own row, else that of what holds it."""
        while path:
            if path in self.sources:
                return self.sources[path]
            path = path.rpartition(".")[0]
        return None


def _called[T](rows: tuple[T, ...], name: str, value: str, instrument: str) -> T:
    for row in rows:
        if getattr(row, name) == value:
            return row
    known = ", ".join(str(getattr(row, name)) for row in rows) or "none"
    kind = type(rows[0]).__name__.lower() if rows else "entry"
    raise NotFound(
        f"Instrument {instrument} has no {kind} called {value!r}.",
        why=f"It has: {known}.",
        remedy="Use one of these, or another instrument.",
    )
