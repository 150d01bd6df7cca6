"""What every chapter of the journey works with."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from broker.client.broker_client import BrokerClient
from broker.client.keyfiles import read_signing_key
from broker.demo.accounts import Account
from broker.demo.folder import DemoFolder
from broker.demo.narrator import Narrator
from broker.demo.portal import Portal
from broker.demo.trust_list import TrustList


@dataclass(frozen=True, slots=True)
class Stage:
    """The broker's address, the folder, the players and who tells the story.

    `urls` is the file of targets, `evidence` the folder that platform A seals, `trust` what
    packages are judged by. `pause_s` seconds pass before the package is retrieved; `wait`
    lets time pass. `summary` grows with the chapters.
    """

    address: str
    folder: DemoFolder
    accounts: Mapping[str, Account]
    narrator: Narrator
    urls: Path
    evidence: Path
    trust: TrustList
    pause_s: int = 0
    wait: Callable[[float], object] = time.sleep
    summary: dict[str, Any] = field(default_factory=dict)
    _sessions: dict[str, Portal] = field(default_factory=dict)

    def person(self, username: str) -> Portal:
        """Return the person's session at the portal, signed in on first use."""
        if username not in self._sessions:
            portal = Portal(self.address, self.accounts[username])
            portal.sign_in()
            self._sessions[username] = portal
        return self._sessions[username]

    def system_of(self, party: str) -> BrokerClient:
        """Return the party's own system, which signs with the party's message key."""
        key = read_signing_key(self.folder.of(party) / "message.key.pem")
        return BrokerClient(self.address, key)
