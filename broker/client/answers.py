"""What the broker answers: members and headers, or a refusal of the kind it names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from broker.basics import errors
from broker.basics.errors import Invalid, Refusal, Unavailable
from broker.crypto.canonical import parse_json

_KINDS: dict[str, type[Refusal]] = {
    kind.kind: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, Refusal)
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A 2xx answer: JSON members (empty when there is no body), headers in lower case."""

    status: int
    members: Mapping[str, Any]
    headers: Mapping[str, str]


def read_answer(response: httpx.Response) -> Answer:
    """Return a 2xx answer; raise the refusal that any other one is (RFC 9457)."""
    if not response.is_success:
        raise refusal_of(response)
    members = parse_json(response.content) if response.content else {}
    if not isinstance(members, dict):
        raise Invalid("The broker's answer is not a JSON object.")
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status_code, members, headers)


def refusal_of(response: httpx.Response) -> Refusal:
    """Return the refusal a problem document tells; of its kind where that is known."""
    try:
        problem = parse_json(response.content)
    except Invalid:
        problem = None
    if not isinstance(problem, dict) or not isinstance(problem.get("what"), str):
        kind = Unavailable if response.status_code >= 500 else Refusal
        return kind(f"The broker answered {response.status_code} without saying why.")
    kind = _KINDS.get(str(problem.get("kind")), Refusal)
    return kind(
        problem["what"],
        why=str(problem.get("why", "")),
        remedy=str(problem.get("remedy", "")),
        fields=_fields(problem.get("fields")),
    )


def _fields(given: object) -> dict[str, list[str]]:
    if not isinstance(given, dict):
        return {}
    return {
        str(name): [str(fault) for fault in faults]
        for name, faults in given.items()
        if isinstance(faults, list)
    }
