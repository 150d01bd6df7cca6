"""`manage.py bench NAME... [--json]`: measure speed as ratios of two arms in one run."""

import json
import platform
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from broker.basics.clock import iso, now
from broker.basics.errors import Refusal
from broker.demo.bench import arena, clocks, intake, ledger

BENCHES: dict[str, Callable[..., dict[str, float]]] = {
    "intake": intake.measure,
    "ledger": ledger.measure,
    "clocks": clocks.measure,
}


class Command(BaseCommand):
    help = "Measure speed on PostgreSQL, each figure against an arm built into the bench."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
        parser.add_argument("--rounds", type=int, default=arena.ROUNDS)
        parser.add_argument("--json", action="store_true", help="print the figures as JSON")

    def handle(self, *_: Any, **given: Any) -> None:
        names = given["names"] or list(BENCHES)
        unknown = sorted(set(names) - set(BENCHES))
        if unknown:
            self.stderr.write(f"There is no bench {', '.join(unknown)}: {', '.join(BENCHES)}.")
            raise SystemExit(2)
        figures: dict[str, float] = {}
        try:
            for name in names:
                with arena.arena():
                    figures |= BENCHES[name](rounds=given["rounds"])
        except Refusal as refusal:
            raise CommandError(str(refusal)) from None
        self._print(figures, as_json=given["json"])

    def _print(self, figures: dict[str, float], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(figures))
            return
        self.stdout.write(
            f"{iso(now())}, {arena.cores()} cores, Python {platform.python_version()}"
        )
        for name, figure in figures.items():
            self.stdout.write(f"{name:24} {figure}")
