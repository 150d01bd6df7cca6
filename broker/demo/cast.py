"""Who plays: the parties of the demo and the people who sit in them. All are invented."""

from dataclasses import dataclass

from broker.access.roles import Role
from broker.parties.models import OrganisationKind

UNIT, OFFICE, COURT = "demo-unit", "demo-prosecution", "demo-court"
PLATFORM_A, PLATFORM_B, OVERSEER = "platform-a", "platform-b", "demo-overseer"
PLATFORMS = (PLATFORM_A, PLATFORM_B)


@dataclass(frozen=True, slots=True)
class Party:
    slug: str
    name: str
    kind: OrganisationKind
    country: str
    zone: str
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """One account; `username` is also how the story calls them."""

    username: str
    name: str
    service_number: str
    post: str
    party: str
    role: Role


_K = OrganisationKind
PARTIES = (
    Party(UNIT, "Referral unit (demo)", _K.UNIT, "FR", "Europe/Paris", ("fr", "en")),
    Party(OFFICE, "Prosecution office (demo)", _K.PROSECUTION, "FR", "Europe/Paris", ("fr", "en")),
    Party(COURT, "Court (demo)", _K.COURT, "FR", "Europe/Paris", ("fr",)),
    Party(PLATFORM_A, "Platform A (simulated)", _K.PLATFORM, "IE", "Europe/Dublin", ("en", "fr")),
    Party(PLATFORM_B, "Platform B (simulated)", _K.PLATFORM, "IE", "Europe/Dublin", ("en", "fr")),
    Party(OVERSEER, "Oversight body (demo)", _K.OVERSEER, "FR", "Europe/Paris", ("fr", "en")),
)

PEOPLE = (
    Person("officer", "Camille Martin", "D-1001", "Officer", UNIT, Role.OFFICER),
    Person("supervisor", "Andrea Bernard", "D-1002", "Supervisor", UNIT, Role.SUPERVISOR),
    Person("head", "Dominique Petit", "D-1003", "Head of unit", UNIT, Role.UNIT_HEAD),
    Person("prosecutor", "Claude Moreau", "D-2001", "Prosecutor", OFFICE, Role.PROSECUTOR),
    Person("judge", "Sacha Laurent", "D-3001", "Investigating judge", COURT, Role.JUDGE),
    Person("agent-a", "Robin Byrne", "D-4001", "Agent", PLATFORM_A, Role.PLATFORM_AGENT),
    Person("agent-b", "Alex Kelly", "D-5001", "Agent", PLATFORM_B, Role.PLATFORM_AGENT),
    Person("overseer", "Maxime Simon", "D-6001", "Overseer", OVERSEER, Role.OVERSEER),
)
