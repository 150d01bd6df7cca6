"""Where everything of a demo lies: one folder that may be emptied, known by its mark."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from broker.basics.durable import make_folder
from broker.basics.errors import Conflict
from broker.basics.ids import uuid7


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """The folder `root`: BROKER_DATA of the demo's broker, and what its players hold."""

    root: Path

    @property
    def mark(self) -> Path:
        return self.root / "demo.json"

    @property
    def left(self) -> Path:
        """What the journey leaves for whoever wants to check it: package, trust, identity."""
        return self.root / "left"

    def of(self, party: str) -> Path:
        """Return the folder of what only this party holds: its private keys, its post book."""
        folder = self.root / "parties" / party
        make_folder(folder, mode=0o700)
        return folder

    def facts(self) -> dict[str, Any]:
        """Return what was kept of earlier starts; a fresh folder gets its mark here."""
        if self.mark.exists():
            kept: dict[str, Any] = json.loads(self.mark.read_text("utf-8"))
            return kept
        return self.keep(mark=str(uuid7()))

    def claim(self) -> None:
        """Make the folder a demo's if it is not there or holds nothing.

        Raises Conflict, and changes nothing, when it holds anything but a demo.
        """
        if not self.root.is_dir() or not any(self.root.iterdir()):
            self.facts()
        elif not self.mark.exists():
            raise Conflict(
                f"The demo does not touch {self.root}.",
                why="It does not hold a demo's mark, so it may be somebody's work.",
                remedy="Move it away, or choose another folder with BROKER_DATA.",
            )

    def keep(self, **facts: Any) -> dict[str, Any]:
        """Add `facts` to what is kept, and return all of it."""
        all_facts = (self.facts() if self.mark.exists() else {}) | facts
        make_folder(self.root)
        self.mark.write_text(json.dumps(all_facts, indent=2), "utf-8")
        return all_facts

    def empty(self) -> None:
        """Remove the folder with everything in it; raise Conflict when it is not a demo's."""
        self.claim()
        shutil.rmtree(self.root)
