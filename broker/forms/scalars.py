"""One box at a time: what was entered becomes the value that is kept, or a reason why not.

Values are JSON that canonical bytes can hold: text, whole numbers, booleans.
"""

import re
from collections.abc import Callable
from datetime import date
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

from broker.basics.clock import iso, parse_iso
from broker.law.form import FieldType

type Scalar = str | int | bool

LONGEST = {
    FieldType.STR: 500,
    FieldType.TEXT: 20_000,
    FieldType.EMAIL: 254,
    FieldType.URL: 4096,
    FieldType.REF: 200,
}
_MOST = 2**53 - 1
_EMAIL = re.compile(r"[^\s@<>\"]+@[^\s@<>\"]+\.[^\s@<>\".]+")
_TRUE, _FALSE = {"true", "on", "yes", "1"}, {"false", "off", "no", "0"}
# ISO 639-1.
_CODES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv "
    "cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr "
    "ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw "
    "ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv "
    "ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr "
    "ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi "
    "yo za zh zu"
)
LANGUAGES = frozenset(_CODES.split())


class Wrong(ValueError):
    """What is wrong with one value, as a sentence about it."""


def scalar(kind: FieldType, raw: object, *, max_length: int = 0) -> Scalar:
    """Return `raw` as a value of `kind`; raise Wrong with a sentence.

    Texts are kept exactly as entered. `max_length` (characters) narrows the type's own.
    """
    return _READERS[kind](raw) if kind in _READERS else _text_of(kind, raw, max_length)


def _text_of(kind: FieldType, raw: object, max_length: int) -> str:
    text = plain(raw)
    most = max_length or LONGEST[kind]
    if len(text) > most:
        raise Wrong(f"It has {len(text)} characters; at most {most} are taken.")
    if kind in _SHAPES:
        _SHAPES[kind](text)
    return text


def plain(raw: object) -> str:
    """Return `raw` if it is text that can be kept; raise Wrong for NUL and lone surrogates."""
    if not isinstance(raw, str):
        raise Wrong("It must be text.")
    if "\x00" in raw:
        raise Wrong("It holds a NUL character; remove it.")
    if any("\ud800" <= letter <= "\udfff" for letter in raw):
        raise Wrong("It holds half of a character (a lone surrogate); remove it.")
    return raw


def _bool(raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and raw.lower() in _TRUE | _FALSE:
        return raw.lower() in _TRUE
    raise Wrong("It must be true or false.")


def _int(raw: object) -> int:
    if isinstance(raw, str) and re.fullmatch(r"-?[0-9]{1,16}", raw):
        raw = int(raw)
    if not isinstance(raw, int) or isinstance(raw, bool) or abs(raw) > _MOST:
        raise Wrong("It must be a whole number.")
    return raw


def _date(raw: object) -> str:
    text = plain(raw)
    try:
        if len(text) != len("2026-11-24"):
            raise ValueError
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise Wrong("It must be a date such as 2026-11-24.") from error


def _timestamp(raw: object) -> str:
    text = plain(raw)
    try:
        return iso(parse_iso(text))
    except (ValueError, OverflowError) as error:
        raise Wrong(
            "It must be an instant with its offset, such as 2026-11-24T14:20:00+01:00."
        ) from error


def _country(raw: object) -> str:
    code = plain(raw).upper()
    if code not in countries():
        raise Wrong("It must be a country code of ISO 3166, such as FR.")
    return code


def _language(raw: object) -> str:
    code = plain(raw).lower()
    if code not in LANGUAGES:
        raise Wrong("It must be a language code of ISO 639-1, such as fr.")
    return code


def _email(text: str) -> None:
    if not _EMAIL.fullmatch(text):
        raise Wrong("It must be an e-mail address such as name@example.org.")


def _url(text: str) -> None:
    try:
        parts = urlsplit(text)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        good = False
    if not good or re.search(r"[\s\x00-\x1f]", text):
        raise Wrong("It must be a web address such as https://example.org/page.")


_READERS: dict[FieldType, Callable[[object], Scalar]] = {
    FieldType.BOOL: _bool,
    FieldType.INT: _int,
    FieldType.DATE: _date,
    FieldType.TIMESTAMP: _timestamp,
    FieldType.COUNTRY: _country,
    FieldType.LANGUAGE: _language,
}
_SHAPES: dict[FieldType, Callable[[str], None]] = {FieldType.EMAIL: _email, FieldType.URL: _url}


@cache
def countries() -> dict[str, str]:
    """Return the ISO 3166 codes with their English names, from the tz database."""
    table = files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return {row[0]: row[1] for row in rows}
