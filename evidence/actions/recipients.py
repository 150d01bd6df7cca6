"""For whom a package is sealed: the receiving office's keys, as its order will name them."""

from broker.basics.errors import WrongState
from broker.crypto import age
from broker.parties.directory import valid_keys
from broker.parties.models import KeyForm, KeyUse, Organisation, PartyKey

_USES = (KeyUse.RECEIVE, KeyUse.ESCROW)


def recipients_of(office: Organisation) -> list[dict[str, str]]:
    """Return the office's keys: `[{recipient, fingerprint, role}]`, sorted by fingerprint.

    All are of one kind, since a header takes only one: safe against quantum computers where
    the office has both a key to receive and an escrow key of it. Empty when it has no pair.
    """
    keys = [key for key in valid_keys(office, *_USES) if key.form == KeyForm.AGE and key.endorsed]
    by_kind: dict[str, list[PartyKey]] = {}
    for key in keys:
        by_kind.setdefault(age.parse_recipient(key.value).kind, []).append(key)
    pairs = {
        kind: each for kind, each in by_kind.items() if {key.use for key in each} == set(_USES)
    }
    chosen = pairs.get("mlkem768x25519") or next(iter(pairs.values()), [])
    return sorted(map(_named, chosen), key=lambda named: named["fingerprint"])


def demand_recipients(office: Organisation) -> list[dict[str, str]]:
    """Return the office's recipients; raise WrongState when nothing could be sealed for it."""
    found = recipients_of(office)
    if not found:
        raise WrongState(
            f"{office.name} cannot receive a sealed package yet.",
            why="It has no endorsed pair of a receive key and an escrow key that is valid now.",
            remedy="Its administrator makes both with the offline command and registers them.",
        )
    return found


def _named(key: PartyKey) -> dict[str, str]:
    role = "escrow" if key.use == KeyUse.ESCROW else "officer" if key.officer_id else "office"
    return {
        "recipient": key.value,
        "fingerprint": age.recipient_fingerprint(key.value),
        "role": role,
    }
