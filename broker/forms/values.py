"""One field at a time: single or repeated, of one box or of several parts."""

import ipaddress
from collections.abc import Callable, Mapping
from typing import Any

from broker.forms.composite import PARTS, SHORTHAND, Part
from broker.forms.scalars import Wrong, plain, scalar
from broker.law.duration import Duration
from broker.law.form import Field, FieldType, Option

type Faults = dict[str, list[str]]
_MANY = 200
_MOST_TARGETS = 5000


def is_blank(raw: Any) -> bool:
    """Tell whether nothing was entered. A text of spaces is something."""
    if isinstance(raw, Mapping):
        return all(is_blank(each) for each in raw.values())
    if isinstance(raw, list | tuple):
        return all(is_blank(each) for each in raw)
    return raw is None or raw == ""


def read(field: Field, raw: Any, faults: Faults) -> Any:
    """Return the value to keep; what is wrong goes into `faults` under the field's path."""
    if not field.cardinality.is_list:
        return _one(field, raw, field.key, faults)
    rows = raw if isinstance(raw, list | tuple) else [raw]
    rows = [row for row in rows if not is_blank(row)]
    most = field.max_items or (_MOST_TARGETS if field.type is FieldType.TARGET else _MANY)
    if len(rows) > most:
        faults[field.key] = [f"It has {len(rows)} entries; at most {most} are taken."]
        return []
    values = [_one(field, row, f"{field.key}.{number}", faults) for number, row in enumerate(rows)]
    if field.type is FieldType.ENUM and len({*map(str, values)}) != len(values):
        faults[field.key] = ["The same choice is given twice."]
    return values


def _one(field: Field, raw: Any, path: str, faults: Faults) -> Any:
    if field.type in PARTS:
        return _composite(field.type, raw, path, faults)
    try:
        if field.type is FieldType.ENUM:
            return choice(field.options, raw)
        return scalar(field.type, raw, max_length=field.max_length)
    except Wrong as wrong:
        faults.setdefault(path, []).append(str(wrong))
        return None


def choice(options: tuple[Option, ...], raw: Any) -> str:
    """Return the code chosen; raise Wrong naming the codes there are."""
    code = plain(raw)
    codes = [option.code for option in options]
    if code not in codes:
        raise Wrong(f"It must be one of: {', '.join(codes)}.")
    return code


def _composite(kind: FieldType, raw: Any, path: str, faults: Faults) -> Any:
    if isinstance(raw, str) and kind in SHORTHAND:
        raw = {SHORTHAND[kind]: raw}
    if not isinstance(raw, Mapping):
        names = ", ".join(part.name for part in PARTS[kind])
        faults[path] = [f"It must be an object with: {names}."]
        return None
    known = {part.name for part in PARTS[kind]}
    inner: Faults = {
        f"{path}.{name!s:.60}": ["This part is not known here."] for name in set(raw) - known
    }
    made = _parts(kind, raw, path, inner)
    if not inner and kind in _JUDGES:
        _judge(kind, made, path, inner)
    faults.update(inner)
    return made


def _parts(kind: FieldType, raw: Mapping[str, Any], path: str, faults: Faults) -> dict[str, Any]:
    made = {}
    for part in PARTS[kind]:
        if not is_blank(raw.get(part.name)):
            made[part.name] = _part(part, raw[part.name], f"{path}.{part.name}", faults)
        elif part.required:
            faults[f"{path}.{part.name}"] = [f"{part.label.en} is missing."]
    return made


def _part(part: Part, raw: Any, path: str, faults: Faults) -> Any:
    try:
        if part.options:
            return choice(part.options, raw)
        if not part.is_list:
            return scalar(part.type, raw)
        rows = raw if isinstance(raw, list | tuple) else [raw]
        return [scalar(part.type, row) for row in rows if not is_blank(row)]
    except Wrong as wrong:
        faults.setdefault(path, []).append(str(wrong))
        return None


def _judge(kind: FieldType, made: dict[str, Any], path: str, faults: Faults) -> None:
    try:
        _JUDGES[kind](made)
    except Wrong as wrong:
        faults.setdefault(path, []).append(str(wrong))


def _in_order(made: dict[str, Any]) -> None:
    # Both are UTC in one fixed form, so that their order as text is their order in time.
    if "from" in made and "to" in made and made["to"] < made["from"]:
        raise Wrong("It ends before it begins.")


def _identifier(made: dict[str, Any]) -> None:
    _in_order(made)
    try:
        if made["type"] in _ADDRESSES:
            _ADDRESSES[made["type"]](made["value"])
    except ValueError as error:
        raise Wrong(f"It is not of the kind {made['type']}.") from error


def _addresses(text: str) -> None:
    first, dash, last = text.partition("-")
    ends = ipaddress.ip_address(first.strip()), ipaddress.ip_address(last.strip())
    if not dash or ends[0].version != ends[1].version or int(ends[1]) < int(ends[0]):
        raise ValueError(text)


_ADDRESSES: dict[str, Callable[[str], object]] = {
    "ipv4": ipaddress.IPv4Address,
    "ipv6": ipaddress.IPv6Address,
    "ip_block": lambda text: ipaddress.ip_network(text, strict=False),
    "ip_range": _addresses,
}


def _period(made: dict[str, Any]) -> None:
    try:
        made["length"] = str(Duration.parse(made["length"]))
    except ValueError as error:
        raise Wrong("The length must be an ISO 8601 duration such as P2M or P15D.") from error


def _file(made: dict[str, Any]) -> None:
    made["sha256"] = made["sha256"].lower()
    if len(made["sha256"]) != 64 or set(made["sha256"]) - set("0123456789abcdef"):
        raise Wrong("The SHA-256 must be 64 hexadecimal digits.")


_JUDGES: dict[FieldType, Callable[[dict[str, Any]], None]] = {
    FieldType.RANGE: _in_order,
    FieldType.IDENT: _identifier,
    FieldType.PERIOD: _period,
    FieldType.FILE: _file,
}
