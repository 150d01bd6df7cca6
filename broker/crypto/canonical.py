"""Bytes of JSON: the one canonical form that is signed and hashed, and strict reading of any form.

Canonical means RFC 8785 narrowed to the custody profile (docs/custody-format.md, section 1):
no floats, integers up to 2^53-1 in magnitude, ASCII member names, at most 16 levels.
"""

import hashlib
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from broker.basics.errors import Invalid

type Json = bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 16
MAX_DEPTH_OPEN = 64
SALT_BYTES = 32

_ENCODER = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, allow_nan=False, sort_keys=True, separators=(",", ":")
)
_TAG = re.compile(r"[a-z]{1,40}")


def canonical(value: Json) -> bytes:
    """Write `value` (dicts, lists, tuples, strings, booleans, None, integers) as canonical bytes.

    Raises Invalid for what the custody profile does not hold. Source: RFC 8785.
    """
    _demand(value, most=MAX_DEPTH, demand=_Profile())
    # Within the profile (ASCII names, no floats) the standard library writes the bytes of
    # RFC 8785, ten times as fast as a library for all of it; a test compares the two.
    return _ENCODER.encode(value).encode()


def parse_canonical(data: bytes) -> Json:
    """Read canonical bytes; raise Invalid unless `data` is exactly what `canonical` would write."""
    value = _read(data, most=MAX_DEPTH)
    if canonical(value) != data:
        raise _invalid(
            "The JSON is not in its canonical form.",
            why="Spacing, order of members, escapes or number format differ from RFC 8785.",
        )
    return value


def parse_json(data: bytes) -> Json:
    """Read any UTF-8 JSON text, floats and free spacing included.

    Raises Invalid for duplicate member names, lone surrogates, numbers without a finite value,
    more than 64 levels, and whatever is no JSON at all.
    """
    return _read(data, most=MAX_DEPTH_OPEN)


def commitment(tag: str, salt: bytes, message: bytes) -> bytes:
    """Return C(tag, salt, m) = SHA-256("custody/v1/" || tag || 0x00 || salt || m), 32 bytes.

    `salt` is 32 random bytes. Raises ValueError for another length or a tag that is no
    lower-case word. Source: docs/custody-format.md, section 1.
    """
    if not _TAG.fullmatch(tag):
        raise ValueError(f"The commitment tag {tag!r} is not a lower-case ASCII word.")
    if len(salt) != SALT_BYTES:
        raise ValueError(f"A commitment salt has {SALT_BYTES} bytes, not {len(salt)}.")
    return hashlib.sha256(b"custody/v1/" + tag.encode() + b"\x00" + salt + message).digest()


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of `data` as 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


def _read(data: bytes, *, most: int) -> Json:
    try:
        value: Json = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_float=_finite,
            parse_constant=_finite,
        )
    except UnicodeDecodeError:
        raise _invalid("The text is not UTF-8.") from None
    except RecursionError:
        raise _too_deep(most) from None
    except ValueError:
        raise _invalid("The text is not JSON.") from None
    _demand(value, most=most, demand=_Unicode())
    return value


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            raise _invalid(
                f"The JSON names the member {json.dumps(name[:60])} twice in one object.",
                why="Readers would disagree on which of the two counts.",
            )
        seen.add(name)
    return members


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _invalid("The JSON holds a number without a finite value.")
    return number


class _Demand(Protocol):
    def names(self, members: dict[object, object]) -> None: ...
    def scalar(self, value: object) -> None: ...


class _Unicode:
    """What any JSON must hold: strings that UTF-8 can carry."""

    def names(self, members: dict[object, object]) -> None:
        for name in members:
            self.scalar(name)

    def scalar(self, value: object) -> None:
        if isinstance(value, str) and not value.isascii():
            try:
                value.encode("utf-8")
            except UnicodeEncodeError:
                raise _invalid(
                    "The JSON holds half of a surrogate pair.",
                    why="Such a string has no bytes in UTF-8.",
                ) from None


class _Profile(_Unicode):
    """What the custody profile adds: ASCII names, no floats, integers that every reader keeps."""

    def names(self, members: dict[object, object]) -> None:
        try:
            ascii_only = "".join(members).isascii()  # type: ignore[arg-type]
        except TypeError:
            ascii_only = False
        if not ascii_only:
            raise _invalid("The JSON has a member whose name is not ASCII.")

    def scalar(self, value: object) -> None:
        if isinstance(value, float):
            raise _invalid(
                "The JSON holds a number with a fraction or exponent.",
                remedy="Write it as an integer of a smaller unit, or as a string.",
            )
        if isinstance(value, int) and abs(value) > MAX_INTEGER:
            raise _invalid(
                "The JSON holds an integer beyond 2^53-1.",
                remedy="Write it as a string.",
            )
        if not (value is None or isinstance(value, int | str)):
            raise _invalid(f"JSON cannot hold a value of the type {type(value).__name__}.")
        super().scalar(value)


def _demand(value: Json, *, most: int, demand: _Demand) -> None:
    """Walk `value` without recursion; `demand` judges each member name and each scalar."""
    stack: list[tuple[object, int]] = [(value, 1)]
    while stack:
        node, depth = stack.pop()
        if isinstance(node, dict):
            demand.names(node)
            children: Iterable[object] = node.values()
        elif isinstance(node, list | tuple):
            children = node
        else:
            demand.scalar(node)
            continue
        if depth > most:
            raise _too_deep(most)
        # Plain strings are most of any document, and every demand grants them.
        stack.extend(
            (child, depth + 1) for child in children if not (type(child) is str and child.isascii())
        )


def _too_deep(most: int) -> Invalid:
    return _invalid(f"The JSON is nested deeper than {most} levels.")


def _invalid(what: str, *, why: str = "", remedy: str = "") -> Invalid:
    return Invalid(what, why=why, remedy=remedy or "Correct the document and send it again.")
