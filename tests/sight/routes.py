"""Every route of the URLconf, and how its parameters are filled: with somebody's things, or fixed.

A route with a parameter nobody named here fails the suite: it would be walked past unseen.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

# Parameters that name somebody's thing, by route namespace where the same word means two.
THINGS = {
    ("referrals", "reference"): "referral",
    ("evidence", "reference"): "request",
    ("evidence", "package"): "package",
    ("evidence", "token"): "token",
    ("evidence", "ticket"): "ticket",
}
# Parameters whose value is nobody's, and values for them.
FIXED: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("referrals", "instrument_id"): ("demo-ten-seconds", "policy-two-hours", "no-such-law"),
    ("evidence", "instrument_id"): ("eu-epoc", "no-such-law"),
    ("api", "kind"): ("invalid",),
    ("api", "rest"): ("nothing/here",),
}
# They tell how the engine is, which moves with all that anybody does, and name no case.
OF_THE_ENGINE = {"health:live", "health:ready"}


@dataclass(frozen=True)
class Route:
    """A route by its full name; `asks_for` is what its view says of itself."""

    name: str
    parameters: tuple[str, ...]
    pattern: str
    asks_for: str

    @property
    def is_api(self) -> bool:
        return self.pattern.startswith("api/")

    @property
    def things(self) -> dict[str, str]:
        """Parameters that name somebody's thing, with the kind of the thing."""
        keyed = {each: THINGS.get((self._space, each), "") for each in self.parameters}
        return {each: kind for each, kind in keyed.items() if kind}

    @property
    def _space(self) -> str:
        return self.name.rsplit(":", 1)[0]

    def unfilled(self) -> list[str]:
        """Return the parameters that nobody has said how to fill."""
        return [
            each
            for each in self.parameters
            if (self._space, each) not in THINGS and (self._space, each) not in FIXED
        ]

    def paths(self, things: Mapping[str, str]) -> Iterator[str]:
        """Yield the addresses of the route with these things, by kind; none if one is missing."""
        wanted = self.things
        if not set(wanted.values()) <= things.keys():
            return
        filled = {each: things[kind] for each, kind in wanted.items()}
        fixed = [each for each in self.parameters if each not in wanted]
        for choice in _choices([(each, FIXED[self._space, each]) for each in fixed]):
            yield reverse(self.name, kwargs={**filled, **choice})


def _choices(open_ones: list[tuple[str, tuple[str, ...]]]) -> Iterator[dict[str, str]]:
    if not open_ones:
        yield {}
        return
    (name, values), *rest = open_ones
    for value in values:
        for choice in _choices(rest):
            yield {name: value, **choice}


def routes() -> list[Route]:
    """Return every named route of the house, in the order of the URLconf."""
    return list(_walk(get_resolver().url_patterns, "", "", ()))


def _walk(
    entries: Iterable[URLPattern | URLResolver], space: str, before: str, outer: tuple[str, ...]
) -> Iterator[Route]:
    for entry in entries:
        pattern = before + str(entry.pattern)
        names = (*outer, *entry.pattern.converters)
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from _walk(entry.url_patterns, inner, pattern, names)
        else:
            yield Route(f"{space}{entry.name}", names, pattern, _asks_for(entry.callback))


def _asks_for(view: Any) -> str:
    for part in (view, getattr(view, "view_class", None), getattr(view, "cls", None)):
        if said := getattr(part, "asks_for", ""):
            return str(said)
    return ""
