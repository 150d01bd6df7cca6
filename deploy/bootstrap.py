"""Brings manage.py into a .venv that holds the current lock; standard library only.

It runs on any Python 3.9 or later and looks for one that is new enough for the broker.
BROKER_NO_BOOTSTRAP=1 switches it off where an image already holds everything.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# The versions the locks are tested on come first, then whatever is newer.
TESTED = ((3, 13), (3, 12), (3, 14))
SMALL, LARGE = "requirements.lock", "requirements-dev.lock"
LARGE_COMMANDS = ("test", "makemigrations")
STAMP = "installed-lock"
# Debian parts ensurepip from Python; a system's pip can install elsewhere since this version.
PIP_FOR_OTHERS = (23, 1)
PROBE = (
    "import sys; assert sys.implementation.name == 'cpython' and sys.version_info >= (3, 12);"
    "print('%d.%d' % sys.version_info[:2])"
)


class CannotStart(SystemExit):
    """The house cannot be made ready; ends the process with a text that tells what to do."""


def ensure(root: Path, argv: list[str]) -> None:
    """Return when running in `root`/.venv with the lock that `argv` needs; else start again there.

    `argv` is sys.argv. Makes `root`/.data. Ends the process with a clear text when no Python is
    new enough or an install fails.
    """
    if os.environ.get("BROKER_NO_BOOTSTRAP") == "1":
        return
    (root / ".data").mkdir(mode=0o700, exist_ok=True)
    venv = root / ".venv"
    lock = _lock_for(root, argv)
    if not _is_stamped(venv, lock):
        with _alone(root / ".data" / "bootstrap.lock"):
            if not _is_stamped(venv, lock):
                _install(root, venv, lock)
    elif Path(sys.prefix).resolve() == venv.resolve():
        return
    python = str(venv / "bin" / "python")
    os.execv(python, [python, *argv])  # noqa: S606


# Which lock, and is it there already


def _lock_for(root: Path, argv: list[str]) -> Path:
    """A .venv that once held the larger lock keeps it, so two commands never undo each other."""
    larger = argv[1:2] and argv[1] in LARGE_COMMANDS
    if larger or _stamp(root / ".venv").startswith(f"{LARGE} "):
        return root / "deploy" / LARGE
    return root / "deploy" / SMALL


def _stamp(venv: Path) -> str:
    try:
        return (venv / STAMP).read_text()
    except OSError:
        return ""


def _stamp_for(lock: Path) -> str:
    return f"{lock.name} {hashlib.sha256(lock.read_bytes()).hexdigest()}\n"


def _is_stamped(venv: Path, lock: Path) -> bool:
    return _stamp(venv) == _stamp_for(lock) and (venv / "bin" / "python").exists()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep two starts apart: the second waits, and then finds the work done."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another start is installing; waiting for it.", file=sys.stderr, flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


# A Python that is new enough


def find_python() -> str:
    """Return the path of a Python 3.12 or later: this one, or from PATH, pyenv's folder, uv's."""
    for candidate in _candidates():
        if _version_of(candidate):
            return candidate
    raise CannotStart(
        "Cannot start: this needs Python 3.12 or later, and only Python "
        f"{sys.version_info[0]}.{sys.version_info[1]} was found ({sys.executable}).\n"
        "Looked at: this Python, PATH, pyenv's versions folder, uv's Pythons.\n"
        "Get one in any of these ways, then run the same command again:\n"
        "  Debian 13, Ubuntu 24.04 or later:  apt-get install python3 python3-venv\n"
        "  pyenv:                             pyenv install 3.13\n"
        "  uv:                                uv python install 3.13"
    )


def _candidates() -> Iterator[str]:
    yield sys.executable
    names = [f"python{major}.{minor}" for major, minor in TESTED] + ["python3", "python"]
    yield from (found for name in names if (found := shutil.which(name)))
    home = Path(os.environ.get("HOME") or "/nonexistent")
    pyenv = Path(os.environ.get("PYENV_ROOT") or home / ".pyenv")
    yield from _newest_first(pyenv / "versions")
    if uv := _uv():
        found = _output([uv, "python", "find", "--no-project", ">=3.12"])
        if found:
            yield found
    yield from _newest_first(home / ".local" / "share" / "uv" / "python")


def _newest_first(folder: Path) -> Iterator[str]:
    """Yield the Pythons kept below `folder`, one version a folder; the tested versions first."""

    def rank(python: Path) -> int:
        name = python.parent.parent.name
        tested = [f"{major}.{minor}" for major, minor in TESTED]
        return next((place for place, version in enumerate(tested) if version in name), len(tested))

    yield from map(str, sorted(folder.glob("*/bin/python3"), key=rank))


def _version_of(python: str) -> str:
    """Return "3.13" and the like for a CPython that is new enough and answers, else ""."""
    return _output([python, "-c", PROBE])


def _output(command: list[str]) -> str:
    """Return what `command` prints; "" when it is missing, fails, or hangs (shims do all three)."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


# The .venv and what is in it


def _install(root: Path, venv: Path, lock: Path) -> None:
    log = root / ".data" / "bootstrap.log"
    if not _version_of(str(venv / "bin" / "python")):
        found = find_python()
        _run([found, "-m", "venv", "--clear", "--without-pip", str(venv)], log, "Making .venv")
    (venv / STAMP).unlink(missing_ok=True)
    count = sum(1 for line in lock.read_text().splitlines() if line[:1].isalnum())
    installer = _installer(venv, log)
    _run(
        [*installer, "--require-hashes", "--no-deps", "-r", str(lock)],
        log,
        f"Installing {count} packages into .venv ({lock.name})",
    )
    (venv / STAMP).write_text(_stamp_for(lock))


def _installer(venv: Path, log: Path) -> list[str]:
    """Return the command, up to its options, that installs into `venv`."""
    python = str(venv / "bin" / "python")
    if uv := _uv():
        return [uv, "pip", "install", "--python", python, "--compile-bytecode"]
    if _output([python, "-m", "pip", "--version"]):
        return [python, "-m", "pip", "install"]
    if _output([python, "-c", "import ensurepip; print(ensurepip.version())"]):
        _run([python, "-m", "ensurepip"], log, "Adding pip to .venv")
        return [python, "-m", "pip", "install"]
    base = _output([python, "-c", "import sys; print(sys._base_executable)"])
    for pip in ([base, "-m", "pip"], [sys.executable, "-m", "pip"], ["pip3"], ["pip"]):
        if _pip_version(pip) >= PIP_FOR_OTHERS:
            return [*pip, "--python", python, "install"]
    raise CannotStart(
        "Cannot start: this Python has neither ensurepip nor pip 23.1 or later to install with.\n"
        "On Debian and Ubuntu run this, then the same command again:\n"
        "  apt-get install python3-venv"
    )


def _uv() -> str:
    """Return uv's path if it works; a shim named uv may stand on PATH and do nothing."""
    uv = shutil.which("uv")
    return uv if uv and _output([uv, "--version"]).startswith("uv ") else ""


def _pip_version(pip: list[str]) -> tuple[int, ...]:
    words = _output([*pip, "--version"]).split(" ")
    digits = words[1].split(".")[:2] if len(words) > 1 else []
    return tuple(int(part) for part in digits if part.isdigit())


def _run(command: list[str], log: Path, title: str) -> None:
    """Run `command` with its words in `log`, telling how long it takes; raise CannotStart."""
    start = time.monotonic()
    _say(f"{title} ...")
    with log.open("a") as file:
        child = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT)
        try:
            while child.poll() is None:
                time.sleep(0.2)
                if sys.stderr.isatty():
                    _say(f"\r{title} ... {time.monotonic() - start:.0f} s")
        except KeyboardInterrupt:
            child.wait()
            raise CannotStart("\nStopped; the same command goes on from here.") from None
    _say("\n" if sys.stderr.isatty() else f" {time.monotonic() - start:.0f} s\n")
    if child.returncode:
        tail = "\n".join(log.read_text().splitlines()[-15:])
        raise CannotStart(f"Cannot start: {title}: failed.\n{tail}\nThe whole log is {log}.")


def _say(words: str) -> None:
    print(words, end="", file=sys.stderr, flush=True)
