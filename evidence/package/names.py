"""Names of packed files: which are allowed, and what stands in for one that is not.

The one rule for sealing and verifying. Source: docs/custody-format.md, section 1, "Names".
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping

MAX_PART = 255
MAX_PATH = 1024
LONG_NAMES = "long~names"
"""The folder of files whose path is too long to keep; their names are digests."""

_FORBIDDEN_LETTERS = frozenset('\\:*?<>|%"')
_FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,16}$")


def fault_of(path: str) -> str | None:
    """Return what is wrong with a path below `data/`, None when nothing is.

    Whether it clashes with another is asked by comparing `folded` forms.
    """
    parts = path.split("/")
    rules: tuple[tuple[bool, str], ...] = (
        (any(part in ("", ".", "..") for part in parts), "an empty part, `.` or `..`"),
        (any(map(_is_forbidden, path)), "a character that is not allowed in a name"),
        (not unicodedata.is_normalized("NFC", path), "letters that are not in the form NFC"),
        (_longest(parts) > MAX_PART, f"a part of more than {MAX_PART} bytes"),
        (_octets(path) > MAX_PATH, f"more than {MAX_PATH} bytes"),
    )
    return next((fault for broken, fault in rules if broken), None)


def folded(path: str) -> str:
    """Return the form in which two names must differ: NFC(casefold(NFC))."""
    plain = unicodedata.normalize("NFC", path)
    return unicodedata.normalize("NFC", plain.casefold())


def packed_names(found: Iterable[bytes], *, taken: Iterable[str] = ()) -> Mapping[bytes, str]:
    """Give each name found in one folder the name it is packed under, none twice.

    A name keeps itself where it can. Else each character that is not allowed becomes `_`, and
    `~2` and so on stands before the last dot on a clash. `taken` are names already given.
    """
    used = {folded(name) for name in taken}
    names: dict[bytes, str] = {}
    replaced: list[bytes] = []
    # Names that stay as they are choose first: a replaced one gives way to them.
    for original in sorted(found):
        name = _replaced(original)
        if name.encode() != original or folded(name) in used:
            replaced.append(original)
            continue
        names[original] = name
        used.add(folded(name))
    for original in replaced:
        names[original] = _unclashed(_replaced(original), lambda name: folded(name) in used)
        used.add(folded(names[original]))
    return names


def stand_in(original_path: bytes) -> str:
    """Return the path that stands for one too long to keep: a digest, and a plain suffix."""
    suffix = _SUFFIX.search(original_path[-20:].decode("ascii", "replace"))
    digest = hashlib.sha256(original_path).hexdigest()[:40]
    return f"{LONG_NAMES}/{digest}{suffix[0] if suffix else ''}"


def _replaced(original: bytes) -> str:
    text = original.decode("utf-8", "surrogateescape")
    allowed = "".join("_" if _is_forbidden(letter) else letter for letter in text)
    return _cut(unicodedata.normalize("NFC", allowed), MAX_PART)


def _unclashed(name: str, is_taken: Callable[[str], bool]) -> str:
    candidate, number = name, 2
    stem, dot, suffix = name.rpartition(".") if "." in name else (name, "", "")
    while is_taken(candidate):
        tail = f"~{number}{dot}{suffix}"
        candidate = _cut(stem, max(0, MAX_PART - _octets(tail))) + tail
        number += 1
    return candidate


def _is_forbidden(letter: str) -> bool:
    return letter in _FORBIDDEN_LETTERS or unicodedata.category(letter) in _FORBIDDEN_CATEGORIES


def _cut(text: str, most: int) -> str:
    return text.encode()[:most].decode("utf-8", "ignore")


def _octets(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _longest(parts: Iterable[str]) -> int:
    return max(map(_octets, parts))
