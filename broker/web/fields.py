"""Form fields ready to be drawn: those of `broker.forms.page` and those a page makes itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from broker.basics.errors import Refusal
from broker.forms.page import Box, Choice, PageField, Row
from broker.web.times import zone_named

FEW = 7
_KINDS = {"email": "email", "url": "url", "date": "date", "timestamp": "datetime-local"}
_WIDTHS = {
    "int": "govuk-input--width-5",
    "date": "govuk-input--width-10",
    "timestamp": "govuk-input--width-20",
    "language": "govuk-input--width-5",
}


@dataclass(frozen=True, slots=True)
class Pick:
    """One choice with the id of its box."""

    code: str
    label: str
    id: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """A box as its template needs it. `widget` names the template, `zone` that of an instant."""

    id: str
    key: str
    label: str
    help: str
    article: str
    required: bool
    widget: str
    kind: str
    value: str
    choices: tuple[Pick, ...]
    faults: tuple[str, ...]
    width: str
    zone: str

    @property
    def described_by(self) -> str:
        """Ids of the hint and the fault, for `aria-describedby`."""
        ids = [f"{self.id}-hint"] if self.help or self.article else []
        return " ".join([*ids, *([f"{self.id}-fault"] if self.faults else [])])


@dataclass(frozen=True, slots=True)
class DrawnField:
    """A field: one box, or a group of rows of boxes under a legend."""

    id: str
    field: PageField
    rows: tuple[tuple[Drawn, ...], ...]
    is_group: bool

    @property
    def faults(self) -> tuple[str, ...]:
        return self.field.faults

    @property
    def described_by(self) -> str:
        ids = [f"{self.id}-hint"] if self.field.help or self.field.article else []
        return " ".join([*ids, *([f"{self.id}-fault"] if self.faults else [])])


def field_id(path: str) -> str:
    """Return the HTML id of a field or box, to which the error summary leads.

    `path` is a key of a refusal's `fields` ("B1_targets.2.url") or the name of a box
    ("B1_targets-2-url"): both give the same id.
    """
    return f"field-{path.replace('.', '-')}"


def drawn_field(field: PageField, *, zone: str = "UTC") -> DrawnField:
    """Return a field of a form; `zone` is that in which instants are typed."""
    boxes = [row.boxes for row in field.rows]
    is_group = (field.is_list and field.kind != "enum") or any(len(row) > 1 for row in boxes)
    if not is_group:
        alone = drawn_box(boxes[0][0], zone=zone, field=field)
        return DrawnField(alone.id, field, ((alone,),), is_group=False)
    rows = tuple(tuple(drawn_box(box, zone=zone) for box in row) for row in boxes)
    return DrawnField(field_id(field.key), field, rows, is_group=True)


def drawn_box(box: Box, *, zone: str = "UTC", field: PageField | None = None) -> Drawn:
    """Return one box; the field's own help and faults go with it when it stands alone."""
    several = field is not None and field.is_list
    instant, asked = box.kind == "timestamp", _yes_or_no(box, field)
    value, kind = _typed(box.value, zone) if instant else (_text(box.value), _kind(box.kind))
    return Drawn(
        id=field_id(box.name),
        key=box.name,
        label=box.label,
        help=field.help if field else "",
        article=field.article if field else "",
        required=box.required or bool(field and field.when_field),
        widget="web/form/radios.html" if asked else _widget(box, several),
        kind=kind,
        value=value,
        choices=_picks(box.choices or asked, field_id(box.name)),
        faults=(field.faults if field else ()) + box.faults,
        width=_WIDTHS.get(box.kind, ""),
        zone=zone if instant else "",
    )


def lone(
    key: str,
    kind: str,
    label: str,
    *,
    help: str = "",  # noqa: A002
    value: Any = "",
    **more: Any,
) -> PageField:
    """Return a field a page makes itself: `lone("note", "text", _("Note"), value=typed)`.

    `more`: article, required (true unless said), choices (pairs of code and label),
    is_list (several choices), faults.
    """
    chosen = value if isinstance(value, list | tuple) else [value]
    choices = tuple(
        Choice(code, str(said), code in chosen) for code, said in more.get("choices", ())
    )
    required = more.get("required", True)
    box = Box(key, kind, label, required, value, choices)
    return PageField(
        key=key,
        kind=kind,
        label=label,
        help=help,
        article=more.get("article", ""),
        required=required,
        is_list=more.get("is_list", False),
        rows=(Row((box,)),),
        faults=tuple(more.get("faults", ())),
    )


def _kind(kind: str) -> str:
    return _KINDS.get(kind, "text")


def _yes_or_no(box: Box, field: PageField | None) -> tuple[Choice, ...]:
    """Return yes and no for a question that must be answered: an empty tick is no answer.

    A browser posts nothing for it, so nobody could tell "no" from "not read".
    """
    if box.kind != "bool" or not (box.required or (field and field.when_field)):
        return ()
    said = _text(box.value) if box.value is not False else "false"
    words = (("true", _("Yes")), ("false", _("No")))
    return tuple(Choice(code, label, code == said) for code, label in words)


def _widget(box: Box, several: bool) -> str:
    if box.kind in {"bool", "file"}:
        return "web/form/tick.html" if box.kind == "bool" else "web/form/file.html"
    if box.choices:
        few = "radios" if len(box.choices) <= FEW else "select"
        return f"web/form/{'checkboxes' if several else few}.html"
    return "web/form/textarea.html" if box.kind == "text" else "web/form/input.html"


def _picks(choices: Sequence[Choice], identifier: str) -> tuple[Pick, ...]:
    """Return the choices; the first carries the box's own id, so that a fault leads to it."""
    return tuple(
        Pick(each.code, each.label, f"{identifier}-{place}" if place else identifier, each.chosen)
        for place, each in enumerate(choices)
    )


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else ""
    return "" if value is None else str(value)


def _typed(value: object, zone: str) -> tuple[str, str]:
    """Return an instant as `datetime-local` wants it, or what was typed in a plain box."""
    text = _text(value)
    try:
        at = datetime.fromisoformat(text) if text else None
    except ValueError:
        return text, "text"
    if at is not None and at.tzinfo is not None:
        at = at.astimezone(zone_named(zone))
    return (at.strftime("%Y-%m-%dT%H:%M:%S") if at else ""), "datetime-local"


@dataclass(frozen=True, slots=True)
class Fault:
    address: str
    words: str


def faults_of(refusal: Refusal | None, labels: Mapping[str, str] | None = None) -> list[Fault]:
    """Return the lines of the error summary, each leading to its field; else the refusal's own."""
    if not isinstance(refusal, Refusal):  # a template without one passes an empty text
        return []
    lines = [
        Fault(f"#{field_id(path)}", _named(words, _label(path, labels or {})))
        for path, faults in refusal.fields.items()
        for words in faults
    ]
    return lines or [Fault("", refusal.what)]


def labels_of(sections: Sequence[Any]) -> dict[str, str]:
    """Return the label of each field of these page sections, for the error summary."""
    return {field.key: field.label for section in sections for field in section.fields}


def _label(path: str, labels: Mapping[str, str]) -> str:
    return labels.get(path) or labels.get(path.partition(".")[0], "")


def _named(words: str, label: str) -> str:
    return _("%(field)s: %(fault)s") % {"field": label, "fault": words} if label else words
