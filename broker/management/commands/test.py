"""`manage.py test`: the whole suite under pytest, words passed on as they are."""

import os
import sys
from collections.abc import Iterable

from django.core.management.base import BaseCommand

# Each of these has a stage of its own in .ci/run, since it needs a browser or many minutes.
APART = "not browser and not kill"


class Command(BaseCommand):
    """Hand over to pytest for good: its words in, its exit code out."""

    help = "Runs the tests with pytest; what follows is passed on to it."

    def run_from_argv(self, argv: list[str]) -> None:
        """Become pytest; `argv` is sys.argv and keeps pytest's own options, --help included."""
        command = [sys.executable, "-m", "pytest", *words(argv[2:])]
        os.execv(command[0], command)  # noqa: S606


def words(given: list[str]) -> list[str]:
    """Return pytest's words: `given`, before it the defaults that it does not speak of."""
    defaults = ["--ds=tests.settings"]
    if not _speaks_of(given, "-m"):
        defaults += ["-m", APART]
    if not _speaks_of(given, "-n", "--numprocesses", "--pdb", "no:xdist"):
        defaults += ["-n", "auto"]
    return [*defaults, *given]


def _speaks_of(given: Iterable[str], *options: str) -> bool:
    return any(word.startswith(options) for word in given)
