"""What a browser posts, flat names and all, becomes the values of a form.

Names: `KEY` for one box (repeated for several choices), `KEY-0` for the rows of a list,
`KEY-part` for a part, `KEY-0-part` for a part of a row. `NAME-zone` beside an instant
without offset says in whose time it was typed.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from broker.forms.composite import PARTS, Part
from broker.law.form import Field, FieldType, Form

type Posted = Mapping[str, list[str]]
_MOST_ROWS = 5000


def from_post(form: Form, posted: Posted) -> dict[str, Any]:
    """Return the raw values in `posted` (name to texts) for `validation.validate`.

    Names that belong to no field are left alone: tokens and buttons travel in the same post.
    """
    rows = _rows(posted)
    values = {}
    for field in form.fields:
        if field.fact is None:
            values[field.key] = _field(field, posted, rows.get(field.key, []))
    return {key: value for key, value in values.items() if value is not None}


def name_of(key: str, *steps: str | int) -> str:
    """Return the name of a box: `name_of("B1_targets", 0, "url")` is `B1_targets-0-url`."""
    return "-".join([key, *map(str, steps)])


def _rows(posted: Iterable[str]) -> dict[str, list[int]]:
    """Return the row numbers that occur for each key, in order."""
    found: dict[str, set[int]] = {}
    for name in posted:
        key, _, rest = name.partition("-")
        number = rest.partition("-")[0]
        if number.isascii() and number.isdigit() and int(number[:6]) < _MOST_ROWS:
            found.setdefault(key, set()).add(int(number[:6]))
    return {key: sorted(numbers) for key, numbers in found.items()}


def _field(field: Field, posted: Posted, rows: list[int]) -> Any:
    if not field.cardinality.is_list:
        return _entry(field, posted, field.key)
    values = [_entry(field, posted, name_of(field.key, row)) for row in rows]
    plain = [] if field.type in PARTS else posted.get(field.key, [])
    return [value for value in [*plain, *values] if value not in (None, "")] or None


def _entry(field: Field, posted: Posted, name: str) -> Any:
    if field.type not in PARTS:
        return _box(field.type, posted, name)
    parts = {part.name: _part(part, posted, name) for part in PARTS[field.type]}
    entered = {key: value for key, value in parts.items() if value not in (None, "", [])}
    return entered or None


def _part(part: Part, posted: Posted, name: str) -> Any:
    whole = name_of(name, part.name)
    if not part.is_list:
        return _box(part.type, posted, whole)
    # One box for several short codes: "fr, de".
    return [word for text in posted.get(whole, []) for word in text.replace(",", " ").split()]


def _box(kind: FieldType, posted: Posted, name: str) -> str | None:
    texts = posted.get(name, [])
    if not texts:
        return None
    text = texts[-1]
    zones = posted.get(name_of(name, "zone"), [])
    return _in_zone(text, zones[-1]) if kind is FieldType.TIMESTAMP and zones else text


def _in_zone(text: str, zone: str) -> str:
    """Add the offset that `zone` had; what cannot be read stays as typed and is refused later."""
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            return at.replace(tzinfo=ZoneInfo(zone)).isoformat()
    except (ValueError, KeyError, OSError):
        return text
    return text
