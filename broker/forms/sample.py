"""A form filled in from its own definition: for the demo, for generated journeys and tests."""

from typing import Any

from broker.forms.composite import PARTS, Part
from broker.forms.validation import applies
from broker.law.form import Field, FieldType, Form, Option

_SCALARS: dict[FieldType, Any] = {
    FieldType.BOOL: False,
    FieldType.INT: 1,
    FieldType.DATE: "2026-11-24",
    FieldType.TIMESTAMP: "2026-11-24T14:20:00.000000Z",
    FieldType.COUNTRY: "FR",
    FieldType.LANGUAGE: "fr",
    FieldType.EMAIL: "duty@unit.example",
    FieldType.URL: "https://law.example/provisions",
    FieldType.REF: "R-2345-6789",
}
_PARTS: dict[tuple[FieldType, str], Any] = {
    (FieldType.PERIOD, "length"): "P2M",
    (FieldType.PERIOD, "starting_from"): "notification of the order",
    (FieldType.IDENT, "type"): "user_id",
    (FieldType.FILE, "sha256"): "0" * 64,
    (FieldType.SIGNATURE, "method"): "totp",
}


def sample(form: Form, *, whole: bool = False) -> dict[str, Any]:
    """Return values that `validate` accepts: required fields only, with conditions met.

    With `whole`, fields the house fills in too, as `validate_whole` asks.
    """
    values: dict[str, Any] = {}
    for field in form.fields:
        asked = whole or field.fact is None
        needed = field.cardinality.is_required or (field.when and applies(field.when, values))
        if asked and needed:
            one = _one(field)
            values[field.key] = [one] if field.cardinality.is_list else one
    return values


def _one(field: Field) -> Any:
    if field.type in PARTS:
        return _composite(field.type)
    return _scalar(field.type, field.options, field.label.en)


def _composite(kind: FieldType) -> dict[str, Any]:
    return {part.name: _part(kind, part) for part in PARTS[kind] if part.required}


def _part(kind: FieldType, part: Part) -> Any:
    if (kind, part.name) in _PARTS:
        return _PARTS[kind, part.name]
    return _scalar(part.type, part.options, part.label.en)


def _scalar(kind: FieldType, options: tuple[Option, ...], label: str) -> Any:
    if kind is FieldType.ENUM:
        return options[0].code
    return _SCALARS.get(kind, f"Example: {label}")
