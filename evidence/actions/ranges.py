"""Single byte ranges (RFC 9110, section 14): which part of a file a request asks for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes from `start` to before `stop`; `is_part`: fewer than all were asked for."""

    start: int
    stop: int
    is_part: bool


def asked_span(headers: Mapping[str, str], *, size: int, tag: str) -> Span | None:
    """Return what is asked of a file of `size` bytes and this tag; None: nothing is there.

    Several ranges, a range in other words, and one of another version are answered whole, as
    the standard allows.
    """
    match = _RANGE.fullmatch(headers.get("Range", ""))
    whole = Span(0, size, is_part=False)
    if match is None or match.groups() == ("", "") or headers.get("If-Range", tag) != tag:
        return whole
    first, last = match.groups()
    if not first:
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), min(size, int(last) + 1) if last else size
    return Span(start, stop, is_part=True) if start < stop else _backwards(first, last, whole)


def _backwards(first: str, last: str, whole: Span) -> Span | None:
    """Return the whole for a range that ends before it begins (it is none), else nothing."""
    return whole if first and last and int(last) < int(first) else None
