"""The strict reader: a TOML file becomes frozen data, or an error says what to change."""

import hashlib
import tomllib
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from broker.law.duration import Duration
from broker.law.faults import Fault, InstrumentError
from broker.law.instrument import Instrument
from broker.law.soundness import judge


def read(path: Path) -> Instrument:
    """Read one instrument file. Raises InstrumentError at the first thing that is wrong.

    Unknown and missing keys, wrong types and unknown words are refused. Whether the parts
    fit together is asked by `soundness.judge`.
    """
    return read_bytes(path.read_bytes(), name=path.name)


def read_bytes(data: bytes, *, name: str) -> Instrument:
    """Read an instrument from the bytes of a file called `name`."""
    try:
        table = tomllib.loads(data.decode("utf-8"))
        made: Instrument = _build(Instrument, table, "")
        made = replace(made, sha256=hashlib.sha256(data).hexdigest(), clocks=_with_sources(made))
        judge(made, name)
    except Fault as fault:
        raise InstrumentError(
            file=name, key=fault.key, why=fault.why, remedy=fault.remedy
        ) from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InstrumentError(
            file=name, key="(file)", why=f"It is not TOML 1.0: {error}.", remedy="Correct the line."
        ) from error
    return made


def _with_sources(made: Instrument) -> tuple[Any, ...]:
    """Give each clock its own source, for the explanation it will carry."""
    sourced = []
    for clock in made.clocks:
        source = made.sources.get(f"clock.{clock.id}")
        if source is None:
            raise Fault(
                f"source.clock.{clock.id}",
                "The clock has no source.",
                "Say in [source] where it stands and how sure that is.",
            )
        sourced.append(replace(clock, source=source))
    return tuple(sourced)


@cache
def _shape(kind: type) -> tuple[tuple[str, Field[Any], Any], ...]:
    """Return (TOML key, dataclass field, type) for every field a file may give."""
    hints = get_type_hints(kind)
    named = ((each.metadata.get("key", each.name), each) for each in fields(kind))
    return tuple((key, each, hints[each.name]) for key, each in named if key)


def _build(kind: type, table: Any, at: str) -> Any:
    if not isinstance(table, dict):
        raise Fault(at, f"It must be a table, not {table!r}.", "Write it as a table with keys.")
    shape = _shape(kind)
    _refuse_unknown(table, [key for key, _, _ in shape], at)
    values = {}
    for key, each, hint in shape:
        where = f"{at}.{key}" if at else key
        if key in table:
            values[each.name] = _value(hint, table[key], where)
        elif each.default is MISSING and each.default_factory is MISSING:
            raise Fault(where, "The key is missing.", "Add it; see the other instruments.")
    return kind(**values)


def _refuse_unknown(table: dict[str, Any], known: list[str], at: str) -> None:
    for key in table:
        if key not in known:
            raise Fault(
                f"{at}.{key}" if at else key,
                "The key is not known here.",
                f"Remove it, or use one of: {', '.join(known)}.",
            )


def _value(hint: Any, value: Any, at: str) -> Any:
    if isinstance(hint, UnionType):
        hint = next(each for each in get_args(hint) if each is not NoneType)
    if get_origin(hint) is tuple:
        return _sequence(get_args(hint)[0], value, at)
    if get_origin(hint) is dict:
        return _mapping(get_args(hint)[1], value, at)
    if is_dataclass(hint) and isinstance(hint, type) and hint is not Duration:
        return _build(hint, value, at)
    return _scalar(hint, value, at)


def _sequence(kind: Any, value: Any, at: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise Fault(at, f"It must be a list, not {value!r}.", "Write it in square brackets.")
    return tuple(_value(kind, each, f"{at}[{_name(each, n)}]") for n, each in enumerate(value))


def _name(each: Any, number: int) -> str:
    """Name a row by what its author calls it, so that an error is found at once."""
    if isinstance(each, dict):
        for key in ("id", "key", "code"):
            if isinstance(each.get(key), str):
                return str(each[key])
    return str(number)


def _mapping(kind: Any, value: Any, at: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Fault(at, f"It must be a table, not {value!r}.", "Write it as a table with keys.")
    return {key: _value(kind, each, f"{at}.{key}") for key, each in value.items()}


def _scalar(hint: Any, value: Any, at: str) -> Any:
    if hint is Duration or issubclass(hint, StrEnum):
        return _word(hint, value, at)
    # A bool is an int and a datetime a date in Python, never in an instrument.
    if type(value) is not hint:
        raise Fault(
            at,
            f"It must be {_KINDS[hint]}, not {value!r}.",
            "Write the value in that form.",
        )
    return _with_zone(value, at) if hint is datetime else value


def _word(hint: Any, value: Any, at: str) -> Any:
    if not isinstance(value, str):
        raise Fault(at, f"It must be text, not {value!r}.", "Put it in quotation marks.")
    try:
        return Duration.parse(value) if hint is Duration else hint(value)
    except ValueError as error:
        if hint is Duration:
            raise Fault(at, f"{error}.", "Write a whole ISO 8601 duration.") from error
        known = ", ".join(hint)
        raise Fault(at, f"{value!r} is not a known word here.", f"Use one of: {known}.") from error


def _with_zone(value: datetime, at: str) -> datetime:
    if value.tzinfo is None:
        raise Fault(at, "The instant names no offset.", "Write Z or +02:00 behind it.")
    return value


_KINDS: dict[Any, str] = {
    str: "text in quotation marks",
    bool: "true or false",
    int: "a whole number",
    date: "a date",
    datetime: "an instant with its offset",
}
