"""Keeps a handful of programs running as one tree: starts, restarts, and stops them together.

What the programs do is theirs; this module knows names, words and signals.
"""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger("broker.run")

# Where `python -m` finds the house, from wherever the command was given.
_HOME = Path(__file__).resolve().parents[2]

QUIT_AFTER_S = 6.0
KILL_AFTER_S = 8.5
# A program that ran this long has started well: its next end is a first one again.
STEADY_S = 30.0
_FIRST_REST_S, _LONGEST_REST_S = 0.5, 30.0
_LOOK_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class Program:
    """A module to run, `python -m module words`; `name` also names its log."""

    name: str
    module: str
    words: tuple[str, ...] = ()


class _Kept:
    """One program and the process that runs it now, if any."""

    def __init__(self, program: Program, log_file: Path) -> None:
        self.program = program
        self._log_file = log_file
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._again_at = 0.0
        self._ends = 0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        bound = [sys.executable, "-m", "broker.management.bound", str(os.getpid())]
        with self._log_file.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603
                [*bound, self.program.module, *self.program.words],
                cwd=_HOME,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Ctrl-C goes to the terminal's group; the tree alone passes it on.
                process_group=0,
            )
        self._started_at = time.monotonic()

    def tend(self) -> None:
        """Note an end, and start again once its rest is over."""
        if self._process is not None and not self.is_up():
            self.clear()
            self._note_end(self._process.wait())
        if self._process is None and time.monotonic() >= self._again_at:
            self.start()

    def _note_end(self, code: int) -> None:
        present = time.monotonic()
        self._ends = 1 if present - self._started_at > STEADY_S else self._ends + 1
        rest_s = min(_FIRST_REST_S * 2 ** (self._ends - 1), _LONGEST_REST_S)
        self._process, self._again_at = None, present + rest_s
        log.warning("program_ended name=%s code=%s rest_s=%s", self.program.name, code, rest_s)

    def is_up(self) -> bool:
        """Look without reaping: until then its number, which is its group's, stays taken."""
        if self._process is None or self._process.returncode is not None:
            return False
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self._process.pid, flags) is None

    def send(self, number: signal.Signals) -> None:
        if self._process is not None and self.is_up():
            self._process.send_signal(number)

    def clear(self) -> None:
        """End whatever the program left of its group when it was killed itself."""
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def wait(self) -> None:
        if self._process is not None:
            self._process.wait()


class ProcessTree:
    """Programs that stand and fall together; `logs` is the folder of their output.

    Start, tend and stop it from one thread: the programs end when that thread does.
    """

    def __init__(self, programs: Iterable[Program], *, logs: Path) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self._logs = logs
        self._kept = [self._keep(program) for program in programs]

    def _keep(self, program: Program) -> _Kept:
        return _Kept(program, self._logs / f"{program.name}.log")

    def start(self) -> None:
        """Start every program that is not up yet."""
        for kept in self._kept:
            if not kept.is_up():
                kept.start()

    def add(self, program: Program) -> None:
        """Start one more program."""
        kept = self._keep(program)
        kept.start()
        self._kept.append(kept)

    def tend(self) -> None:
        """Start again what ended; each further end in a row brings a longer rest."""
        for kept in self._kept:
            kept.tend()

    def pids(self) -> dict[str, int]:
        """Return the process id of each program that runs now, by name."""
        return {kept.program.name: kept.pid for kept in self._kept if kept.pid and kept.is_up()}

    def stop(self) -> bool:
        """End all: TERM at once, QUIT after 6 s, KILL after 8.5 s. Say whether none was killed."""
        began = time.monotonic()
        self._send(signal.SIGTERM)
        if not self._all_down_by(began + QUIT_AFTER_S):
            self._send(signal.SIGQUIT)
        clean = self._all_down_by(began + KILL_AFTER_S)
        for kept in self._kept:
            kept.clear()
            kept.wait()
        return clean

    def _send(self, number: signal.Signals) -> None:
        for kept in self._kept:
            kept.send(number)

    def _all_down_by(self, until: float) -> bool:
        while any(kept.is_up() for kept in self._kept):
            if time.monotonic() >= until:
                return False
            time.sleep(_LOOK_EVERY_S)
        return True
