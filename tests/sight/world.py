"""Two sides that must not learn of each other: theirs has cases at every state, ours only looks.

Everything of theirs carries a word that may stand in no answer to us.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from broker.courier.models import Dispatch
from broker.parties.models import Organisation
from evidence.models import Package, Request
from referrals.models import Referral
from tests import factories
from tests.evidence.world import World, make_world
from tests.sight import referral_cases, request_cases
from tests.sight.visitors import Machine, Person

SECRET = "unspeakable"
_PACKAGE_WORDS = ("statement_sha256", "header_sha256", "payload_sha256", "payload_key")

type Visitor = Person | Machine


@dataclass
class Theirs:
    """What is theirs: parties, cases by state, packages."""

    parties: World
    referrals: dict[str, Referral] = field(default_factory=dict)
    requests: dict[str, Request] = field(default_factory=dict)
    _read: dict[Any, list[Package]] = field(default_factory=dict)

    def packages(self, request: Request) -> list[Package]:
        """Return the packages of a case; they are read once."""
        if request.id not in self._read:
            self._read[request.id] = list(request.packages.all())
        return self._read[request.id]

    def things(self) -> Iterator[dict[str, str]]:
        """Yield things that belong together, by kind, as a route takes them."""
        for referral in self.referrals.values():
            yield {"referral": referral.reference}
        for request in self.requests.values():
            yield {"request": request.reference}
            for package in self.packages(request):
                yield {
                    "request": request.reference,
                    "package": str(package.id),
                    "ticket": "WyJhIiwiYiJd:1uAAAA:forged",
                }

    def secrets(self) -> set[str]:
        """Return every word that would tell of a case: references, ids, addresses, digests."""
        words = {SECRET}
        for case in (*self.referrals.values(), *self.requests.values()):
            words |= {case.reference, str(case.id)}
        for request in self.requests.values():
            for package in self.packages(request):
                words |= package_words(package)
        words |= {str(each) for each in Dispatch.objects.values_list("id", flat=True)}
        return words


# What a route is asked for when nobody's thing is meant: of the same form as a real one.
MADE_UP = {
    "referral": "R-0000-0000-0000",
    "request": "E-0000-0000-0000",
    "package": "0193a2b4-0000-7000-8000-0000000000ff",
    "ticket": "WyJhIiwiYiJd:1uAAAA:forged",
    "token": "bm9ib2R5LXVwbG9hZHMtdG8tdGhpcy1hZGRyZXNz",
}


def package_words(package: Package) -> set[str]:
    """Return what would tell of a package: id, digests, size, keys, names inside."""
    words = {str(getattr(package, name)) for name in _PACKAGE_WORDS}
    return words | {str(package.id), str(package.payload_size), "messages.txt"}


def theirs() -> Theirs:
    """Save their parties, without any case."""
    return Theirs(make_world())


def fill(their: Theirs, folder: Path) -> None:
    """Bring a case of theirs to every state of both life stories."""
    parties = their.parties
    their.referrals.update(referral_cases.all_states(parties.unit, parties.platform, SECRET))
    their.requests.update(request_cases.all_states(parties, folder, SECRET))


def fill_some(their: Theirs, folder: Path) -> None:
    """Bring a few cases of theirs about, the ones most can be done with."""
    parties = their.parties
    referrals = referral_cases.Story(parties.unit, parties.platform, SECRET)
    requests = request_cases.Story(parties, folder, SECRET)
    their.referrals.update(
        draft=referrals.drafted("draft"), received=referrals.received("received")
    )
    their.requests.update(released=requests.released().request, withheld=requests.withheld())


def ours() -> dict[str, Organisation]:
    """Save organisations of every kind that have nothing to do with theirs."""
    kinds = ("unit", "prosecution", "court", "enforcing_authority")
    made = {kind: factories.organisation(kind) for kind in kinds}
    return {**made, "platform": factories.platform("web")}


ROLES = {
    "unit": ("officer", "supervisor", "unit_head", "administrator"),
    "prosecution": ("prosecutor",),
    "court": ("judge",),
    "enforcing_authority": ("enforcing_authority",),
    "platform": ("platform_agent",),
    "overseer": ("overseer",),
}
_SIGNS = frozenset(ROLES) - {"court"}


def visitors(seats: dict[str, Organisation]) -> list[Visitor]:
    """Return a person for each seat, with all roles of its kind, and a program where it has one."""
    people: list[Visitor] = [Person(kind, seat, *ROLES[kind]) for kind, seat in seats.items()]
    machines = [Machine(kind, seat) for kind, seat in seats.items() if kind in _SIGNS]
    return [*people, *machines]


def nobody() -> list[Visitor]:
    return [Person("nobody"), Machine("nobody")]
