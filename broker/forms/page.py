"""A form as a page needs it: sections, boxes, labels and help. How it looks is web's work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from broker.forms.composite import PARTS, Part
from broker.forms.posting import name_of
from broker.forms.scalars import LONGEST, countries
from broker.law.form import Field, FieldType, Form, Option, Section


@dataclass(frozen=True, slots=True)
class Choice:
    code: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """One thing to fill in. `kind` is the name of a FieldType; `name` what the post calls it."""

    name: str
    kind: str
    label: str
    required: bool
    value: Any = ""
    choices: tuple[Choice, ...] = ()
    max_length: int = 0
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """The boxes of one entry: one for a plain field, several for a composite one."""

    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class PageField:
    """A field with its rows: exactly one unless `is_list`, then those entered and an empty one.

    Several choices of one enum are one row with one box. `when_field` and `when_any_of` say
    when it is required, for the page to show it then.
    """

    key: str
    kind: str
    label: str
    help: str
    article: str
    required: bool
    is_list: bool
    rows: tuple[Row, ...]
    faults: tuple[str, ...] = ()
    when_field: str = ""
    when_any_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PageSection:
    id: str
    title: str
    help: str
    article: str
    fields: tuple[PageField, ...] = field(default=())


def page(
    form: Form,
    values: Mapping[str, Any] | None = None,
    *,
    language: str = "en",
    faults: Mapping[str, Sequence[str]] | None = None,
) -> tuple[PageSection, ...]:
    """Return the sections to fill in, in the form's order, with what was entered and is wrong.

    Fields the house fills in are left out, and sections that then are empty. `faults` are
    the `fields` of the Invalid that `validate` raised.
    """
    writer = _Writer(values or {}, language, faults or {})
    sections = (writer.section(section) for section in form.sections)
    return tuple(section for section in sections if section.fields)


@dataclass(frozen=True, slots=True)
class _Writer:
    values: Mapping[str, Any]
    language: str
    faults: Mapping[str, Sequence[str]]

    def section(self, section: Section) -> PageSection:
        asked = (each for each in section.fields if each.fact is None)
        return PageSection(
            id=section.id,
            title=section.title.say(self.language),
            help=section.help.say(self.language) if section.help else "",
            article=section.article,
            fields=tuple(self._field(each, section) for each in asked),
        )

    def _field(self, each: Field, section: Section) -> PageField:
        return PageField(
            key=each.key,
            kind=each.type.value,
            label=each.label.say(self.language),
            help=each.help.say(self.language) if each.help else "",
            article=each.article or section.article,
            required=each.cardinality.is_required,
            is_list=each.cardinality.is_list,
            rows=self._rows(each),
            faults=self._wrong(each.key),
            when_field=each.when.field if each.when else "",
            when_any_of=each.when.any_of if each.when else (),
        )

    def _rows(self, each: Field) -> tuple[Row, ...]:
        entered = self.values.get(each.key)
        if each.type is FieldType.ENUM or not each.cardinality.is_list:
            return (self._row(each, entered, each.key, each.key),)
        rows = entered if isinstance(entered, list) else []
        return tuple(
            self._row(each, value, name_of(each.key, number), f"{each.key}.{number}")
            for number, value in enumerate([*rows, None])
        )

    def _row(self, each: Field, value: Any, name: str, path: str) -> Row:
        if each.type not in PARTS:
            return Row((self._box(each, value, name, path),))
        known = value if isinstance(value, Mapping) else {}
        return Row(
            tuple(
                self._part(part, known.get(part.name), name_of(name, part.name), path)
                for part in PARTS[each.type]
            )
        )

    def _box(self, each: Field, value: Any, name: str, path: str) -> Box:
        return Box(
            name=name,
            kind=each.type.value,
            label=each.label.say(self.language),
            required=each.cardinality.is_required,
            value="" if value is None else value,
            choices=self._choices(each.type, each.options, value),
            max_length=each.max_length or LONGEST.get(each.type, 0),
            faults=self._wrong(path) if path != each.key else (),
        )

    def _part(self, part: Part, value: Any, name: str, path: str) -> Box:
        shown = ", ".join(map(str, value)) if isinstance(value, list) else value
        return Box(
            name=name,
            kind=part.type.value,
            label=part.label.say(self.language),
            required=part.required,
            value="" if shown is None else shown,
            choices=() if part.is_list else self._choices(part.type, part.options, value),
            max_length=LONGEST.get(part.type, 0),
            faults=self._wrong(f"{path}.{part.name}"),
        )

    def _choices(
        self, kind: FieldType, options: tuple[Option, ...], value: Any
    ) -> tuple[Choice, ...]:
        chosen = value if isinstance(value, list) else [value]
        if kind is FieldType.COUNTRY:
            return tuple(Choice(code, name, code in chosen) for code, name in _by_name())
        return tuple(
            Choice(option.code, option.label.say(self.language), option.code in chosen)
            for option in options
        )

    def _wrong(self, path: str) -> tuple[str, ...]:
        return tuple(self.faults.get(path, ()))


def _by_name() -> list[tuple[str, str]]:
    return sorted(countries().items(), key=lambda each: each[1])
