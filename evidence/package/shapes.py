"""Strict shapes of custody JSON: each member is asked for once, by type; none may be left over.

Canonical bytes are `broker.crypto.canonical`'s part; what a document means is its own module's.
"""

import base64
import binascii
import re
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from broker.basics.errors import Invalid

_DIGEST = re.compile(r"[0-9a-f]{64}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_WORD = re.compile(r"[a-z_]{1,40}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
_FINGERPRINT = re.compile(r"sha256:[0-9a-f]{64}")


class Members:
    """The members of one JSON object. Use as a context: leaving it refuses unknown members.

    Every method raises Invalid, naming the place, when the member is missing or of another
    shape. Source: docs/custody-format.md, section 1, Conventions.
    """

    def __init__(self, value: object, place: str) -> None:
        if not isinstance(value, dict):
            raise _wrong(place, "an object")
        self._left: dict[str, object] = dict(value)
        self.place = place

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None and self._left:
            raise Invalid(f"{self.place} has the unknown member {min(self._left)[:60]!r}.")

    def take(self, name: str) -> object:
        """Return the raw value of the member `name`."""
        try:
            return self._left.pop(name)
        except KeyError:
            raise Invalid(f"{self.place} lacks the member {name!r}.") from None

    def text(self, name: str, *, most: int = 100_000) -> str:
        """Return a string of at most `most` characters, possibly empty."""
        value = self.take(name)
        if not isinstance(value, str) or len(value) > most:
            raise _wrong(f"{self.place}.{name}", f"a string of at most {most} characters")
        return value

    def opaque(self, name: str) -> str:
        """Return an id whose form is its maker's business: a non-empty string."""
        value = self.text(name)
        if not value:
            raise _wrong(f"{self.place}.{name}", "a non-empty string")
        return value

    def matching(self, name: str, form: re.Pattern[str], wanted: str) -> str:
        """Return a string that `form` matches from end to end; `wanted` says it in words."""
        value = self.text(name)
        if not form.fullmatch(value):
            raise _wrong(f"{self.place}.{name}", wanted)
        return value

    def exactly(self, name: str, wanted: str) -> str:
        """Return the string `wanted`; refuse any other."""
        return self.one_of(name, wanted)

    def one_of(self, name: str, *choices: str) -> str:
        """Return one of the given strings."""
        value = self.text(name)
        if value not in choices:
            raise _wrong(f"{self.place}.{name}", " or ".join(map(repr, choices)))
        return value

    def digest(self, name: str) -> str:
        """Return 64 lower-case hex digits: a SHA-256 or a salt."""
        return self.matching(name, _DIGEST, "64 lower-case hex digits")

    def uuid(self, name: str) -> str:
        """Return a UUID in lower case."""
        return self.matching(name, _UUID, "a lower-case UUID")

    def word(self, name: str) -> str:
        """Return a lower-case word, `[a-z_]{1,40}`."""
        return self.matching(name, _WORD, "a lower-case word of at most 40 letters")

    def fingerprint(self, name: str) -> str:
        """Return a recipient's fingerprint, `sha256:` and 64 hex digits."""
        return self.matching(name, _FINGERPRINT, "a recipient's fingerprint")

    def instant(self, name: str) -> datetime:
        """Return an aware UTC instant, written to the microsecond as `clock.iso` does."""
        return read_instant(self.text(name), place=f"{self.place}.{name}")

    def integer(self, name: str) -> int:
        """Return an integer of zero or more."""
        value = self.take(name)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise _wrong(f"{self.place}.{name}", "an integer of zero or more")
        return value

    def boolean(self, name: str) -> bool:
        """Return true or false."""
        value = self.take(name)
        if not isinstance(value, bool):
            raise _wrong(f"{self.place}.{name}", "true or false")
        return value

    def binary(self, name: str) -> bytes:
        """Return the bytes of a base64 string (RFC 4648, section 4, padded, canonical)."""
        return read_base64(self.text(name, most=1_000_000), place=f"{self.place}.{name}")

    def nested(self, name: str) -> "Members":
        """Return a nested object; use it as a context too."""
        return Members(self.take(name), f"{self.place}.{name}")

    def maybe[T](self, name: str, read: Callable[[str], T]) -> T | None:
        """Return None where the member is null, else what `read(name)` returns.

        `read` is one of this object's own methods: `members.maybe("prev", members.digest)`.
        """
        if name in self._left and self._left[name] is None:
            del self._left[name]
            return None
        return read(name)

    def objects[T](self, name: str, read: "Callable[[Members], T]") -> tuple[T, ...]:
        """Return what `read` makes of each object of a list; leftovers in one are refused."""
        return tuple(self._element(name, at, read, value) for at, value in self._list(name))

    def texts(self, name: str, form: re.Pattern[str] | None = None) -> tuple[str, ...]:
        """Return a list of strings, each matched by `form` from end to end where given."""
        found = []
        for at, value in self._list(name):
            if not isinstance(value, str) or (form and not form.fullmatch(value)):
                raise _wrong(f"{self.place}.{name}[{at}]", "a string of the form asked for")
            found.append(value)
        return tuple(found)

    def fingerprints(self, name: str) -> tuple[str, ...]:
        """Return a list of recipients' fingerprints in the order given."""
        return self.texts(name, _FINGERPRINT)

    def _list(self, name: str) -> list[tuple[int, object]]:
        value = self.take(name)
        if not isinstance(value, list):
            raise _wrong(f"{self.place}.{name}", "a list")
        return list(enumerate(value))

    def _element[T](self, name: str, at: int, read: "Callable[[Members], T]", value: object) -> T:
        with Members(value, f"{self.place}.{name}[{at}]") as element:
            return read(element)


def read_instant(text: str, *, place: str) -> datetime:
    """Read `2026-11-24T15:57:32.000000Z`, no other form; raise Invalid naming `place`."""
    wanted = "an instant such as 2026-11-24T15:57:32.000000Z"
    if not _INSTANT.fullmatch(text):
        raise _wrong(place, wanted)
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    except ValueError:
        raise _wrong(place, wanted) from None


def read_base64(text: str, *, place: str) -> bytes:
    """Read padded standard base64 in its one canonical form; raise Invalid naming `place`."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _wrong(place, "base64") from None
    if base64.b64encode(data).decode("ascii") != text:
        raise _wrong(place, "canonical base64")
    return data


def _wrong(place: str, wanted: str) -> Invalid:
    return Invalid(f"{place} is not {wanted}.")
