"""Whether a form may be kept as a draft, filed, or sealed; and the values to keep."""

import json
from collections.abc import Mapping
from typing import Any

from broker.basics.errors import Invalid, TooLarge
from broker.forms.values import Faults, is_blank, read
from broker.law.form import Condition, Field, Form

MOST_BYTES = 1_000_000


def validate(form: Form, values: Mapping[str, Any], *, draft: bool = False) -> dict[str, Any]:
    """Return the values to keep: JSON that canonical bytes can hold, blank fields left out.

    A draft may lack fields, but none may be wrong. What the house itself fills in is neither
    asked nor taken. Raises Invalid with one list of faults per field ("B1_targets.2.url"),
    TooLarge for more than a megabyte.
    """
    _require_size(values)
    faults = _unknown(form, values)
    kept: dict[str, Any] = {}
    for field in form.fields:
        raw = values.get(field.key)
        if is_blank(raw):
            continue
        if field.fact:
            faults[field.key] = [f"The broker fills in {_named(form, field)}; leave it out."]
        else:
            kept[field.key] = read(field, raw, faults)
    if not draft:
        _require([field for field in form.fields if not field.fact], form, kept, faults)
    return _judged(form, kept, faults)


def validate_whole(form: Form, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a form that is complete with what the house filled in.

    For the exact text that is signed and sent. Raises like `validate`.
    """
    _require_size(values)
    faults = _unknown(form, values)
    entered = {key: raw for key, raw in values.items() if not is_blank(raw)}
    kept = {
        field.key: read(field, entered[field.key], faults)
        for field in form.fields
        if field.key in entered
    }
    _require(list(form.fields), form, kept, faults)
    return _judged(form, kept, faults)


def applies(condition: Condition, values: Mapping[str, Any]) -> bool:
    """Tell whether `condition` holds for these values."""
    found = values.get(condition.field)
    rows = found if isinstance(found, list) else [found]
    return any(_word(row) in condition.any_of for row in rows)


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _require_size(values: Mapping[str, Any]) -> None:
    try:
        size = len(json.dumps(dict(values)))
    except (TypeError, ValueError, RecursionError) as error:
        raise Invalid(
            "The form is not JSON.",
            why="Its values must be text, numbers, booleans, lists and objects.",
            remedy="Send the fields as the schema of the form says.",
        ) from error
    if size > MOST_BYTES:
        raise TooLarge(
            f"The form has {size} bytes.",
            why=f"At most {MOST_BYTES} are taken.",
            remedy="Shorten the texts; attach long material as a file.",
        )


def _unknown(form: Form, values: Mapping[str, Any]) -> Faults:
    known = {field.key for field in form.fields}
    return {
        f"{key!s:.60}": [f"The form {form.title.en} has no such field."]
        for key in values
        if key not in known
    }


def _require(asked: list[Field], form: Form, kept: Mapping[str, Any], faults: Faults) -> None:
    wrong = {path.partition(".")[0] for path in faults}
    for field in asked:
        needed = field.cardinality.is_required or (field.when and applies(field.when, kept))
        if needed and field.key not in wrong and _is_empty(kept.get(field.key)):
            faults[field.key] = [f"{_named(form, field)} is missing."]


def _is_empty(value: Any) -> bool:
    return is_blank(value) or (isinstance(value, str) and not value.strip())


def _named(form: Form, field: Field) -> str:
    section = form.section_of(field.key)
    article = field.article or (section.article if section else form.article)
    return f"{field.label.en} ({article})"


def _judged(form: Form, kept: dict[str, Any], faults: Faults) -> dict[str, Any]:
    if faults:
        count = len(faults)
        raise Invalid(
            f"{form.title.en}: {count} field{'s are' if count > 1 else ' is'} not right.",
            why="; ".join(f"{key}: {' '.join(each)}" for key, each in list(faults.items())[:5]),
            remedy="Correct the fields named.",
            fields=faults,
        )
    return kept
