"""The demo's accounts: one password, a TOTP secret each, kept in the demo's folder."""

import json
import secrets
from dataclasses import dataclass

import pyotp

from broker.basics.durable import write_once
from broker.demo.cast import PEOPLE
from broker.demo.folder import DemoFolder
from broker.parties.models import Officer


@dataclass(frozen=True, slots=True)
class Account:
    """What opens the portal for one person; `last_step` is the last code that was used."""

    username: str
    password: str
    totp_secret: str
    last_step: int = 0


def kept_accounts(folder: DemoFolder) -> dict[str, Account]:
    """Return the accounts by user name, drawn on first use."""
    path = folder.root / "accounts.json"
    if not path.exists():
        write_once(path, json.dumps(_drawn(), indent=2).encode(), mode=0o600)
    kept = json.loads(path.read_text("utf-8"))
    steps = dict(Officer.objects.values_list("username", "totp_last_step"))
    return {
        name: Account(name, kept["password"], secret, steps.get(name, 0))
        for name, secret in kept["totp_secrets"].items()
    }


def _drawn() -> dict[str, object]:
    return {
        "password": "-".join(("demo", *(secrets.token_hex(3) for _ in range(3)))),
        "totp_secrets": {person.username: pyotp.random_base32() for person in PEOPLE},
    }
