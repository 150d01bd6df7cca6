"""The one profile of request signatures: what a signature covers, says of itself, and how long.

Reading and judging Signature-Input; the arithmetic of signatures is in http_signature.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, cast

import http_sf

from broker.basics.errors import Unauthenticated

TAG = "broker-v1"
LIFETIME_S = 300
TOLERANCE_S = 30
COMPONENTS = ("@method", "@authority", "@path", "@query")
BODY_COMPONENTS = ("content-digest", "content-type", "idempotency-key")

_PARAMETERS = frozenset({"created", "expires", "nonce", "keyid", "tag"})
_LENGTHS = {"nonce": range(16, 129), "keyid": range(1, 129)}


@dataclass(frozen=True, slots=True)
class Verified:
    """What a signature that holds says of itself; instants are aware, in UTC."""

    keyid: str
    nonce: str
    created: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class Input:
    """One member of Signature-Input: the covered components and the parameters."""

    components: list[tuple[str, Mapping[str, object]]]
    parameters: Mapping[str, Any]


@lru_cache(maxsize=1024)
def _ours(text: str) -> tuple[Input, ...]:
    """Return the signatures with our tag; the same header is asked for twice a request."""
    try:
        parsed = http_sf.parse(text.encode("ascii"), tltype="dictionary")
    except ValueError:
        raise refused("The header Signature-Input cannot be read.") from None
    members = cast(dict[str, Any], parsed).values()
    return tuple(Input(*member) for member in members if member[1].get("tag") == TAG)


def read_input(headers: Mapping[str, str]) -> Input:
    """Return the one signature of this profile (header names in lower case), unverified.

    Raises Unauthenticated when there is none, or when its parameters are not the five asked for.
    """
    if "signature-input" not in headers or "signature" not in headers:
        raise refused(
            "The request is not signed.",
            why="The header Signature or Signature-Input is missing.",
            remedy="Sign every request with the key that is registered for your organisation.",
        )
    ours = _ours(headers["signature-input"])
    if len(ours) != 1:
        raise refused(
            f"The request has {len(ours)} signatures with the tag {TAG}.",
            why="Exactly one is needed.",
        )
    _demand_parameters(ours[0])
    return ours[0]


def _demand_parameters(given: Input) -> None:
    names = set(given.parameters) - {"alg"}
    _demand_same(names, _PARAMETERS, "parameters of the signature")
    for name, lengths in _LENGTHS.items():
        value = given.parameters[name]
        if not isinstance(value, str) or len(value) not in lengths:
            raise refused(
                f"The {name} of the signature is not acceptable.",
                why=f"It is a string of {lengths.start} to {lengths.stop - 1} characters.",
            )


def demand_components(given: Input, required: tuple[str, ...]) -> None:
    """Raise Unauthenticated unless the signature covers these components and no other."""
    if not isinstance(given.components, list):
        raise refused("The header Signature-Input lists no components.")
    if any(parameters for _, parameters in given.components):
        raise refused("The signature covers a component with parameters.", why="None takes any.")
    names = {str(name) for name, _ in given.components}
    _demand_same(names, frozenset(required), "components that the signature covers")


def _demand_same(given: Set[str], wanted: Set[str], what: str) -> None:
    missing, extra = sorted(wanted - given), sorted(given - wanted)
    if missing or extra:
        faults = [f"missing: {', '.join(missing)}"] if missing else []
        faults += [f"not allowed: {', '.join(extra)}"] if extra else []
        raise refused(
            f"The {what} are not the ones asked for.",
            why=f"{'; '.join(faults)[:300]}.",
            remedy=f"Use exactly: {', '.join(sorted(wanted))}.",
        )


def demand_lifetime(parameters: Mapping[str, Any], at: datetime) -> Verified:
    """Raise Unauthenticated unless `at` (aware) lies between making and expiry, 300 s at most."""
    created, expires = parameters["created"], parameters["expires"]
    if type(created) is not int or type(expires) is not int:
        raise refused("The times of the signature are not whole POSIX seconds.")
    if not 0 < expires - created <= LIFETIME_S:
        raise refused(f"The signature does not expire within {LIFETIME_S} seconds of its making.")
    now = at.timestamp()
    if created > now + TOLERANCE_S:
        raise refused("The signature was made in the future.", remedy="Set your clock.")
    if expires < now:
        raise refused("The signature has expired.", remedy="Sign the request again; check clocks.")
    instants = (datetime.fromtimestamp(seconds, UTC) for seconds in (created, expires))
    return Verified(parameters["keyid"], parameters["nonce"], *instants)


def required_components(body: bytes, headers: Mapping[str, str]) -> tuple[str, ...]:
    """Return the components a request must cover, all of them and no other."""
    carries = body or "idempotency-key" in headers or "content-digest" in headers
    return COMPONENTS + BODY_COMPONENTS if carries else COMPONENTS


def refused(what: str, *, why: str = "", remedy: str = "") -> Unauthenticated:
    """Return the refusal to raise, with a remedy in any case."""
    return Unauthenticated(what, why=why, remedy=remedy or "Sign the request as the guide says.")
