"""A form as JSON Schema (2020-12), for the API's description and for machines that fill it in."""

from typing import Any

from broker.forms.composite import PARTS, Part
from broker.forms.scalars import LONGEST
from broker.law.form import Field, FieldType, Form, Option

_PLAIN: dict[FieldType, dict[str, Any]] = {
    FieldType.BOOL: {"type": "boolean"},
    FieldType.INT: {"type": "integer"},
    FieldType.DATE: {"type": "string", "format": "date"},
    FieldType.TIMESTAMP: {"type": "string", "format": "date-time"},
    FieldType.COUNTRY: {"type": "string", "pattern": "^[A-Z]{2}$"},
    FieldType.LANGUAGE: {"type": "string", "pattern": "^[a-z]{2}$"},
    FieldType.EMAIL: {"type": "string", "format": "email"},
    FieldType.URL: {"type": "string", "format": "uri"},
}


def json_schema(form: Form, *, language: str = "en") -> dict[str, Any]:
    """Return the schema of what may be submitted; fields the house fills in are not in it.

    A field required under a condition is expressed with if/then.
    """
    asked = [field for field in form.fields if field.fact is None]
    schema: dict[str, Any] = {
        "type": "object",
        "title": form.title.say(language),
        "additionalProperties": False,
        "properties": {field.key: _field(form, field, language) for field in asked},
        "required": [field.key for field in asked if field.cardinality.is_required],
    }
    conditions = [_conditional(form, field) for field in asked if field.when]
    return {**schema, "allOf": conditions} if conditions else schema


def _field(form: Form, field: Field, language: str) -> dict[str, Any]:
    section = form.section_of(field.key)
    article = field.article or (section.article if section else form.article)
    described = {"title": field.label.say(language), "description": article}
    if field.help:
        described["description"] = f"{field.help.say(language)} ({article})"
    one = _one(field)
    if not field.cardinality.is_list:
        return {**one, **described}
    fewest = {"minItems": 1} if field.cardinality.is_required else {}
    return {"type": "array", "items": one, **fewest, **described}


def _one(field: Field) -> dict[str, Any]:
    if field.type in PARTS:
        return _composite(PARTS[field.type])
    return _scalar(field.type, field.options, field.max_length)


def _composite(parts: tuple[Part, ...]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for part in parts:
        one = {**_scalar(part.type, part.options, 0), "title": part.label.en}
        properties[part.name] = {"type": "array", "items": one} if part.is_list else one
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": [part.name for part in parts if part.required],
    }


def _scalar(kind: FieldType, options: tuple[Option, ...], max_length: int) -> dict[str, Any]:
    if kind is FieldType.ENUM:
        return {"type": "string", "enum": [option.code for option in options]}
    longest = max_length or LONGEST.get(kind, 0)
    limit = {"maxLength": longest} if longest else {}
    return {**_PLAIN.get(kind, {"type": "string"}), **limit}


def _conditional(form: Form, field: Field) -> dict[str, Any]:
    assert field.when
    asked = form.field(field.when.field)
    is_bool = asked is not None and asked.type is FieldType.BOOL
    values = [word == "true" if is_bool else word for word in field.when.any_of]
    holds: dict[str, Any] = {"enum": values}
    if asked is not None and asked.cardinality.is_list:
        holds = {"contains": holds}
    return {
        "if": {"properties": {field.when.field: holds}, "required": [field.when.field]},
        "then": {"required": [field.key]},
    }
