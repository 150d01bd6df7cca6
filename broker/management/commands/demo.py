"""`manage.py demo`: a broker in a folder of its own, two simulated platforms, the main job."""

import os
import sys
from pathlib import Path
from typing import Any, NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from broker.basics.errors import Refusal
from broker.demo.folder import DemoFolder
from broker.management.alone import alone_in
from broker.management.ports import free_ports

_PORT = 8000


class Command(BaseCommand):
    help = "Show the whole main job on this machine, then stay up until Ctrl-C."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="end after the journey")
        parser.add_argument("--json", action="store_true", help="print the summary last, as JSON")
        parser.add_argument("--fresh", action="store_true", help="empty the demo's folder first")
        parser.add_argument("--urls", type=Path, metavar="FILE", help="targets, one a line")
        parser.add_argument("--evidence", type=Path, metavar="DIR", help="files to be sealed")
        parser.add_argument(
            "--pause",
            type=int,
            default=0,
            metavar="SECONDS",
            help="wait before the package is retrieved, to change a byte of it and be found out",
        )
        parser.add_argument("--port", type=int, help="port of the portal; 0: any")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 0 when every step and every verification held."""
        try:
            code = _show(options) if settings.MODE == "demo" else _start_again(options)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        if code:
            sys.exit(code)


def _show(options: dict[str, Any]) -> int:
    # Here, since whoever only starts again needs none of it.
    from broker.demo.preparing import Wishes
    from broker.management.show import Asked, Show

    wishes = Wishes(options["urls"], options["evidence"], options["pause"])
    asked = Asked(wishes, once=options["once"], as_json=options["json"], fresh=options["fresh"])
    with alone_in(Path(settings.DATA)):
        return Show(asked).run()


def _start_again(options: dict[str, Any]) -> NoReturn:
    """Become the same command in the demo's own folder; settings are read once, so anew."""
    folder = DemoFolder(Path(settings.DATA) / "demo")
    folder.claim()
    with alone_in(folder.root):
        if options["fresh"]:
            folder.empty()
        facts = folder.facts()
        wanted = facts.get("port", _PORT) if options["port"] is None else options["port"]
        [port] = free_ports([wanted])
        folder.keep(port=port)
    os.putenv("BROKER_MODE", "demo")
    os.putenv("BROKER_DATA", str(folder.root))
    os.putenv("BROKER_PUBLIC_URL", f"http://localhost:{port}")
    # The log keeps its name when the port is another one.
    os.putenv("BROKER_LOG_ORIGIN", "localhost/demo/log")
    os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606
