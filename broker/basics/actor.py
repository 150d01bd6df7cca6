"""Who acts: a value that travels from the face down to the ledger."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or program in the seat they act from.

    `id` and `organisation` are UUIDs as text. `channel` is how they came in:
    "portal", "api" or "system". To outsiders `service_number` stands for the person.
    """

    id: str
    organisation: str | None
    organisation_kind: str | None
    roles: frozenset[str]
    service_number: str
    channel: str

    @property
    def role(self) -> str:
        """The seat as the ledger writes it: the roles in order, joined by a plus sign."""
        return "+".join(sorted(self.roles))


SYSTEM = Actor(
    id="system",
    organisation=None,
    organisation_kind=None,
    roles=frozenset({"system"}),
    service_number="system",
    channel="system",
)
