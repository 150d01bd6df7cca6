"""`manage.py run`: web, one worker with Pulse, and beat in one process tree, until told to stop."""

import signal
import threading
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from broker.basics.errors import Refusal
from broker.management.alone import alone_in
from broker.management.migrating import migrate_all
from broker.management.process_tree import ProcessTree
from broker.management.programs import logs_folder, programs
from broker.management.readiness import await_ready

_LOOK_EVERY_S = 0.2
_UP_WITHIN_S = 60


class Command(BaseCommand):
    help = "Run the broker on this machine: web, worker and beat in one process tree."

    def add_arguments(self, parser: CommandParser) -> None:
        port = settings.PUBLIC.port or 8000
        parser.add_argument("--bind", default=f"127.0.0.1:{port}", help="host:port to listen on")
        parser.add_argument("--web-workers", type=int, default=2)
        parser.add_argument("--task-workers", type=int, default=2)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until SIGINT or SIGTERM; exit 0 when every program ended by itself."""
        told_to_stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: told_to_stop.set())
        try:
            with alone_in(Path(settings.DATA)):
                migrate_all()
                clean = self._run(told_to_stop, options)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        if not clean:
            raise CommandError("A program did not end in time and was killed; see its log.")

    def _run(self, told_to_stop: threading.Event, options: dict[str, Any]) -> bool:
        tree = ProcessTree(
            programs(
                bind=options["bind"],
                web_workers=options["web_workers"],
                task_workers=options["task_workers"],
            ),
            logs=logs_folder(),
        )

        def goes_on() -> bool:
            tree.tend()
            return not told_to_stop.is_set()

        tree.start()
        try:
            took_s = await_ready(
                f"http://{options['bind']}",
                host=settings.PUBLIC.netloc,
                within_s=_UP_WITHIN_S,
                goes_on=goes_on,
            )
            if took_s is not None:
                self.stdout.write(f"The broker is up at {settings.PUBLIC_URL} ({took_s:.1f} s).")
                self.stdout.write(f"Logs: {logs_folder()}. Ctrl-C stops it.")
            while goes_on():
                time.sleep(_LOOK_EVERY_S)
        finally:
            clean = tree.stop()
        return clean
