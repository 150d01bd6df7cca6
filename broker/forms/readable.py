"""A filled-in form as lines to read: on a case page, in a print, in a notice."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from broker.forms.audiences import audience_view
from broker.forms.composite import PARTS
from broker.forms.scalars import countries
from broker.law.form import Audience, Field, FieldType, Form, Option
from broker.law.words import Text

_YES, _NO = Text("Yes", "Oui"), Text("No", "Non")


@dataclass(frozen=True, slots=True)
class Line:
    """One answered field. `kind` tells a face how to show it: instants and addresses are raw."""

    key: str
    label: str
    kind: str
    article: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    id: str
    title: str
    article: str
    lines: tuple[Line, ...]


def readable(
    form: Form, values: Mapping[str, Any], audience: Audience, *, language: str = "en"
) -> tuple[Part, ...]:
    """Return what `audience` may read of a form, section by section; empty fields are left out."""
    shown = audience_view(form, values, audience)
    parts = []
    for section in form.sections:
        lines = tuple(
            _line(field, shown[field.key], field.article or section.article, language)
            for field in section.fields
            if field.key in shown
        )
        if lines:
            parts.append(Part(section.id, section.title.say(language), section.article, lines))
    return tuple(parts)


def _line(field: Field, value: Any, article: str, language: str) -> Line:
    rows = value if isinstance(value, list) else [value]
    texts = tuple(_said(field.type, field.options, row, language) for row in rows)
    return Line(field.key, field.label.say(language), field.type.value, article, texts)


def _said(kind: FieldType, options: tuple[Option, ...], value: Any, language: str) -> str:
    if isinstance(value, Mapping):
        return _composite(kind, value, language)
    if isinstance(value, bool):
        return (_YES if value else _NO).say(language)
    if kind is FieldType.COUNTRY:
        return f"{countries().get(value, value)} ({value})"
    for option in options:
        if option.code == value:
            return option.label.say(language)
    return str(value)


def _composite(kind: FieldType, value: Mapping[str, Any], language: str) -> str:
    said = []
    for part in PARTS.get(kind, ()):
        if part.name in value:
            known = value[part.name]
            rows = known if isinstance(known, list) else [known]
            words = ", ".join(_said(part.type, part.options, row, language) for row in rows)
            said.append(words if part.required else f"{part.label.say(language)}: {words}")
    return "; ".join(said)
