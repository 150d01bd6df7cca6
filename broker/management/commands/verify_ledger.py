"""`manage.py verify_ledger`: recompute the whole ledger; exit 1 when anything does not hold."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from broker.ledger.verify import Report, verify_ledger


class Command(BaseCommand):
    help = "Recompute entries, streams, tiles, checkpoints and signatures of the ledger."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the report; raise CommandError (exit 1) when there is a fault."""
        report = verify_ledger()
        if options["json"]:
            self.stdout.write(json.dumps(asdict(report) | {"holds": report.holds}))
        else:
            self._tell(report)
        if not report.holds:
            raise CommandError(f"The ledger does not hold: {len(report.faults)} faults.")

    def _tell(self, report: Report) -> None:
        self.stdout.write(
            f"{report.entries} entries ({report.erased} erased, {report.waiting} waiting), "
            f"{report.streams} streams, {report.leaves} leaves, {report.tiles} tiles, "
            f"{report.checkpoints} checkpoints."
        )
        for fault in report.faults:
            self.stdout.write(f"FAULT {fault}")
        if report.holds:
            self.stdout.write("The ledger holds.")
