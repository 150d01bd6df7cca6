"""Programs that a test starts, kills outright, and starts again; it ends only what it started.

Every child leads a process group of its own and dies with the test. What a killed program
leaves of its group is cleared before it starts again, as a service manager does. A child is
reaped only after that, so that its number cannot pass to a stranger meanwhile.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Becomes the words after the parent's number, tied to the parent as broker.management.bound is.
_TIED = (
    "import os, sys; from broker.management.bound import die_with; "
    "die_with(int(sys.argv[1])); os.execvp(sys.argv[2], sys.argv[2:])"
)


def module(name: str, *words: str) -> list[str]:
    """Return the words that run a Python module which ends with this process."""
    return [sys.executable, "-m", "broker.management.bound", str(os.getpid()), name, *words]


def command(*words: str) -> list[str]:
    """Return the words that run any other program which ends with this process."""
    return [sys.executable, "-c", _TIED, str(os.getpid()), *words]


@dataclass
class Child:
    """One program: its words, and the process that runs it now."""

    name: str
    words: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    spared: bool = False
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    again_at: float = 0.0
    was_killed: bool = False

    def start(self) -> None:
        """Start the program, once what is left of its last run is cleared."""
        self.clear()
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.words,
                cwd=ROOT,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.started_at, self.was_killed = time.monotonic(), False

    @property
    def is_up(self) -> bool:
        if self.process is None:
            return False
        ended = os.WEXITED | os.WNOHANG | os.WNOWAIT  # look, but do not reap
        return os.waitid(os.P_PID, self.process.pid, ended) is None

    def is_up_for(self, seconds: float) -> bool:
        return self.is_up and time.monotonic() - self.started_at > seconds

    def kill(self, *, group: bool) -> None:
        """Send KILL to the program, or to all that it has started as well."""
        assert self.process is not None
        self.was_killed = True
        (os.killpg if group else os.kill)(self.process.pid, signal.SIGKILL)

    def clear(self) -> None:
        """End what is left of the group, and reap."""
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None


@dataclass
class House:
    """All programs of one installation, and who kills them.

    `pace_s` is about how long a program takes to start on this machine as it is now: most are
    killed at work, some while they start.
    """

    children: list[Child]
    chance: random.Random
    pace_s: float = 2.0
    killed: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)

    def start(self) -> None:
        for child in self.children:
            child.start()

    def tend(self) -> None:
        """Start again whatever is down and has rested."""
        for child in self.children:
            if child.is_up:
                continue
            if child.process is not None and not child.was_killed:
                self._note_end(child)
            elif time.monotonic() >= child.again_at:
                child.start()

    def _note_end(self, child: Child) -> None:
        """Count an end that was nobody's kill, and let it rest."""
        self.ended[child.name] += 1
        child.clear()
        child.again_at = time.monotonic() + 0.5

    def kill_one(self) -> None:
        """Kill one program, one of the least killed, alone or with its group."""
        at_work = 0.0 if self.chance.random() < 0.1 else self.pace_s
        ready = [one for one in self.children if one.is_up_for(at_work) and not one.spared]
        if not ready:
            return
        fewest = min(self.killed[child.name] for child in ready)
        child = self.chance.choice([one for one in ready if self.killed[one.name] <= fewest + 1])
        child.kill(group=self.chance.random() < 0.5)
        self.killed[child.name] += 1
        child.again_at = time.monotonic() + self.chance.uniform(0.1, 1.5)

    def kills(self) -> dict[str, int]:
        """Return how often each program was killed, those never killed among them."""
        return {child.name: self.killed[child.name] for child in self.children if not child.spared}

    def stop(self) -> None:
        """End everything for good."""
        for child in self.children:
            child.clear()


def run(name: str, *words: str, environment: Mapping[str, str], within_s: float) -> str:
    """Run a module to its end and return what it printed; fail with its own words."""
    done = subprocess.run(
        module(name, *words),
        cwd=ROOT,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=within_s,
        check=False,
    )
    assert done.returncode == 0, f"{name} failed:\n{done.stdout}\n{done.stderr}"
    return done.stdout
