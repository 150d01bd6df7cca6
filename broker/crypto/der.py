"""The outer shape of DER: definite, shortest lengths all the way down (X.690, section 10)."""

from collections.abc import Iterator
from dataclasses import dataclass

_CONSTRUCTED = 0x20
_LONG_TAG = 0x1F
SET = 0x31


class DerError(ValueError):
    """The bytes are not DER."""


@dataclass(frozen=True, slots=True)
class Element:
    """One value: its identifier octet, where it starts, where its content starts and ends."""

    data: bytes
    tag: int
    start: int
    inside: int
    end: int

    @property
    def raw(self) -> bytes:
        """The whole value, identifier and length included."""
        return self.data[self.start : self.end]

    def children(self) -> Iterator["Element"]:
        """Yield the values inside a constructed one; raise DerError."""
        at = self.inside
        while at < self.end:
            child = _element(self.data, at, self.end)
            yield child
            at = child.end


def read(data: bytes) -> Element:
    """Read the one value that fills `data`; raise DerError when it does not."""
    element = _element(data, 0, len(data))
    if element.end != len(data):
        raise DerError("Bytes follow the end of the structure.")
    return element


def walk(element: Element) -> None:
    """Go through all constructed values below; raise DerError at the first fault."""
    stack = [element]
    while stack:
        here = stack.pop()
        if here.tag & _CONSTRUCTED:
            stack.extend(here.children())


def is_sorted_set(element: Element) -> bool:
    """Tell whether the members stand in the order that DER gives a SET OF."""
    members = [child.raw for child in element.children()]
    return members == sorted(members)


def _element(data: bytes, start: int, stop: int) -> Element:
    if start + 2 > stop or data[start] & _LONG_TAG == _LONG_TAG:
        raise DerError("The structure is cut or uses a tag that has no place here.")
    inside, size = start + 2, data[start + 1]
    if size >= 0x80:
        inside += size - 0x80
        octets = data[start + 2 : inside]
        size = int.from_bytes(octets, "big")
        # 0x80 alone is BER's indefinite length: its octets are empty and it falls out here.
        if size < 0x80 or octets[0] == 0 or len(octets) > 4:
            raise DerError("A length is indefinite or not in its shortest form.")
    if inside + size > stop:
        raise DerError("A value reaches beyond the structure that holds it.")
    return Element(data, data[start], start, inside, inside + size)
