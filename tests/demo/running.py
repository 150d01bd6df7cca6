"""Runs `manage.py demo` as its reader does: a program, its lines, its exit code."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
# What the test run itself has set, and a demo sets for itself.
NOT_PASSED_ON = ("DJANGO_SETTINGS_MODULE", "BROKER_MODE", "BROKER_DATA", "DATABASE_URL")
_A_LINE_WITHIN_S = 240.0


def environment(folder: Path, database_url: str, **more: str) -> dict[str, str]:
    """Return the environment of a program that the test starts: its own folder and database."""
    kept = {name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON}
    kept |= {"BROKER_DATA": str(folder), "BROKER_NO_BOOTSTRAP": "1", **more}
    return kept | ({"DATABASE_URL": database_url} if database_url else {})


class Demo:
    """A demo that runs; `lines` are those it told so far."""

    def __init__(self, folder: Path, words: tuple[str, ...], database_url: str) -> None:
        self.folder = folder / "demo"
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--json", "--port", "0", *words],
            cwd=ROOT,
            env=environment(folder, database_url),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.lines: list[str] = []
        self._came: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stderr:
            self._came.put(line.rstrip("\n"))
        self._came.put(None)

    def read_until(self, words: str) -> str:
        """Return the next line that holds `words`; fail when the demo ends or is silent."""
        while (line := self._came.get(timeout=_A_LINE_WITHIN_S)) is not None:
            self.lines.append(line)
            if words in line:
                return line
        raise AssertionError(f"It ended before it told {words!r}:\n{self.told}")

    def end(self) -> tuple[int, dict[str, Any]]:
        """Wait for the end; return exit code and summary (the last line of the output)."""
        while (line := self._came.get(timeout=_A_LINE_WITHIN_S)) is not None:
            self.lines.append(line)
        output = self.process.stdout.read()
        summary = json.loads(output.splitlines()[-1]) if output else {}
        return self.process.wait(60), summary

    def interrupt(self) -> float:
        """Press Ctrl-C and return the seconds until it ended."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        return time.monotonic() - began

    @property
    def told(self) -> str:
        return "\n".join(self.lines)


@contextmanager
def demo(folder: Path, *words: str) -> Iterator[Demo]:
    """Run a demo in `folder`, on a database of its own of the kind the tests run on."""
    with own_database(folder.name) as url:
        running = Demo(folder, words, url)
        try:
            yield running
        finally:
            if running.process.poll() is None:
                running.interrupt()
            running.process.stdout.close()
            running.process.stderr.close()


@contextmanager
def own_database(name: str) -> Iterator[str]:
    """Yield the URL of an empty PostgreSQL database, or nothing where the tests use SQLite."""
    if not settings.DATABASE_URL:
        yield ""
        return
    import psycopg

    server, _, _ = settings.DATABASE_URL.rpartition("/")
    own = f"demo_{name}_{os.getpid()}".replace("-", "_").lower()[:60]
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{own}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{own}"')
        try:
            yield f"{server}/{own}"
        finally:
            connection.execute(f'DROP DATABASE "{own}" WITH (FORCE)')


def children_of(pid: int) -> set[int]:
    """Return every process below `pid` that lives now."""
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        parent = waiting.pop()
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            children = {int(word) for word in task.read_text().split()}
            found |= children
            waiting += children
    return found
