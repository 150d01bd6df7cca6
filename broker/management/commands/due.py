"""`manage.py due ID CLOCK --start ISO`: when a clock ends, and why."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from broker.basics.errors import Refusal
from broker.law.due import Due, due


class Command(BaseCommand):
    help = "Print when a clock of an instrument is due and when it lapses, step by step."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("instrument", help="id of the instrument, eu-tco-removal-order")
        parser.add_argument("clock", help="name of the clock, comply")
        parser.add_argument("--start", required=True, help="instant of the event with its offset")
        parser.add_argument("--zone", help="whose midnight ends a day, Europe/Paris")
        parser.add_argument("--place", default="", help="whose holidays count, FR or FR-57")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            answer = due(
                options["instrument"],
                options["clock"],
                start=options["start"],
                zone=options["zone"],
                place=options["place"],
            )
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        if options["json"]:
            self.stdout.write(json.dumps(answer.as_json(), ensure_ascii=False, indent=2))
        else:
            self._tell(answer)

    def _tell(self, answer: Due) -> None:
        facts = answer.as_json()
        self.stdout.write(f"{answer.instrument.title.en}: {answer.clock.label.en}")
        self.stdout.write(f"kind       {facts['kind']} ({facts['weight']})")
        self.stdout.write(f"due at     {facts['due_at'] or 'no statutory due time'}")
        self.stdout.write(f"lapses at  {facts['lapses_at'] or 'no statutory due time'}")
        for number, step in enumerate(answer.deadline.steps, start=1):
            self.stdout.write(f"{number:>2}. {step.text}")
            self.stdout.write(f"    {step.source} [{step.mark}]")
