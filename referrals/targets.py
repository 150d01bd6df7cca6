"""What a referral points at: reading pasted text, and comparing addresses as browsers do."""

import hashlib
from dataclasses import dataclass

import ada_url

from broker.basics.errors import Invalid

MOST = 1000
LONGEST = 4096


@dataclass(frozen=True, slots=True)
class Target:
    """An address as given, and as compared: WHATWG-parsed, without fragment."""

    url: str
    target: str

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(self.target.encode()).digest()


def read_many(pasted: list[str]) -> list[Target]:
    """Read addresses; the same address twice counts once.

    Raises Invalid with one fault per wrong address, named by its place in the list.
    """
    faults: dict[str, list[str]] = {}
    found: dict[str, Target] = {}
    for place, text in enumerate(pasted, start=1):
        try:
            target = read(text)
        except Invalid as refusal:
            faults[f"targets.{place}"] = [refusal.why]
        else:
            found.setdefault(target.target, target)
    if faults:
        raise Invalid(
            f"{len(faults)} of {len(pasted)} addresses cannot be referred.",
            why="Each must be a whole web address.",
            remedy="Correct or remove the addresses that are marked.",
            fields=faults,
        )
    return _some(list(found.values()))


def _some(targets: list[Target]) -> list[Target]:
    if not targets:
        raise Invalid(
            "No address was given.",
            why="A referral points at one address or more.",
            remedy="Paste the addresses, one on each line.",
            fields={"targets": ["Paste at least one address."]},
        )
    if len(targets) > MOST:
        raise Invalid(
            f"{len(targets)} addresses are too many for one referral.",
            why=f"One referral holds at most {MOST}.",
            remedy="Split them into several referrals.",
            fields={"targets": [f"Give at most {MOST} addresses."]},
        )
    return targets


def read(text: str) -> Target:
    """Read one address; raise Invalid for anything a platform could not find."""
    given = text.strip()
    if len(given) > LONGEST:
        raise _wrong(f"it has more than {LONGEST} characters")
    try:
        url = ada_url.URL(given)
    except (ValueError, UnicodeError):
        raise _wrong("it is not a web address; write it with https:// in front") from None
    if url.protocol not in {"https:", "http:"}:
        raise _wrong("only addresses that begin with https:// or http:// can be referred")
    if url.username or url.password:
        raise _wrong("it holds a user name or password; remove it")
    if "." not in url.hostname.strip("."):
        raise _wrong("its host is not a public name")
    url.hash = ""
    return Target(given, url.href)


def _wrong(why: str) -> Invalid:
    return Invalid("This address cannot be referred.", why=f"{why[0].upper()}{why[1:]}.")
