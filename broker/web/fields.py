"""One field of a page form, ready to be drawn: its description, what was typed, what is wrong."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import gettext as _

from broker.basics.errors import Refusal


class Description(Protocol):
    """What `broker.forms` says of a field. `options` are pairs of code and label."""

    @property
    def key(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def help(self) -> str: ...
    @property
    def article(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def options(self) -> Sequence[tuple[str, str]]: ...
    @property
    def required(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Choice:
    code: str
    label: str
    id: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """A field as a template needs it. `widget` names the template under web/form/."""

    id: str
    key: str
    label: str
    help: str
    article: str
    required: bool
    widget: str
    kind: str
    value: str
    values: tuple[str, ...]
    choices: tuple[Choice, ...]
    faults: tuple[str, ...]
    width: str

    @property
    def described_by(self) -> str:
        """Ids of the hint and the fault, for `aria-describedby`."""
        ids = [f"{self.id}-hint"] if self.help or self.article else []
        return " ".join([*ids, *([f"{self.id}-fault"] if self.faults else [])])


_KINDS = {"email": "email", "url": "url", "date": "date", "timestamp": "datetime-local"}
_WIDTHS = {
    "int": "govuk-input--width-5",
    "date": "govuk-input--width-10",
    "timestamp": "govuk-input--width-20",
    "country": "govuk-input--width-3",
    "language": "govuk-input--width-3",
}
FEW = 7


def field_id(key: str) -> str:
    """Return the HTML id of a field, to which the error summary leads."""
    return f"field-{key.replace('.', '-').replace('_', '-')}"


def drawn(
    field: Description,
    values: Mapping[str, object] | None = None,
    faults: Mapping[str, Sequence[str]] | None = None,
) -> Drawn:
    """Return the field with what was typed and what is wrong with it."""
    typed = _texts((values or {}).get(field.key))
    several = bool(getattr(field, "several", False))
    identifier = field_id(field.key)
    return Drawn(
        id=identifier,
        key=field.key,
        label=field.label,
        help=field.help or "",
        article=field.article or "",
        required=field.required,
        widget=_widget(str(field.type), len(field.options), several),
        kind=_KINDS.get(str(field.type), "text"),
        value="\n".join(typed),
        values=typed,
        choices=_choices(field.options, identifier, typed),
        faults=tuple((faults or {}).get(field.key, ())),
        width=_WIDTHS.get(str(field.type), ""),
    )


def _widget(kind: str, options: int, several: bool) -> str:
    if kind == "bool":
        return "web/form/tick.html"
    if kind == "file":
        return "web/form/file.html"
    if options and several:
        return "web/form/checkboxes.html"
    if options:
        return "web/form/radios.html" if options <= FEW else "web/form/select.html"
    if several or kind in {"text", "target"}:
        return "web/form/textarea.html"
    return "web/form/input.html"


def _choices(
    options: Iterable[tuple[str, str]], identifier: str, typed: Sequence[str]
) -> tuple[Choice, ...]:
    """Return the options; the first carries the field's own id, so that a fault leads to it."""
    return tuple(
        Choice(code, label, identifier if place == 0 else f"{identifier}-{place}", code in typed)
        for place, (code, label) in enumerate(options)
    )


def _texts(value: object) -> tuple[str, ...]:
    if value is None or value == "":
        return ()
    if isinstance(value, bool):
        return ("true",) if value else ()
    if isinstance(value, list | tuple):
        return tuple(str(each) for each in value)
    return (str(value),)


@dataclass(frozen=True, slots=True)
class Fault:
    address: str
    words: str


def faults_of(refusal: Refusal | None, labels: Mapping[str, str] | None = None) -> list[Fault]:
    """Return the lines of the error summary, each leading to its field; the refusal's own first."""
    if refusal is None:
        return []
    lines = [
        Fault(f"#{field_id(key)}", _named(words, (labels or {}).get(key)))
        for key, faults in refusal.fields.items()
        for words in faults
    ]
    return lines or [Fault("", refusal.what)]


def _named(words: str, label: str | None) -> str:
    return _("%(field)s: %(fault)s") % {"field": label, "fault": words} if label else words
