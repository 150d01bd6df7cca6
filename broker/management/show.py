"""Runs the demo: the broker's process tree with two platforms in it, and the journey beside it."""

import json
import signal
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from broker.basics.errors import Invalid
from broker.demo import cast
from broker.demo.folder import DemoFolder
from broker.demo.journey import walk
from broker.demo.mark import claim, empty_database
from broker.demo.narrator import Narrator
from broker.demo.players import MODULE
from broker.demo.preparing import Prepared, Wishes, prepare
from broker.demo.stage import Stage
from broker.management.migrating import migrate_all
from broker.management.ports import free_ports
from broker.management.process_tree import ProcessTree, Program
from broker.management.programs import logs_folder, programs
from broker.management.readiness import await_ready

_LOOK_EVERY_S = 0.1
_UP_WITHIN_S = 60
_INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Asked:
    """The words of the command line."""

    wishes: Wishes
    once: bool = False
    as_json: bool = False
    fresh: bool = False


class Show:
    """One run of the demo, in the folder and at the address that the settings name."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._folder = DemoFolder(Path(settings.DATA))
        # With --json the standard output carries the summary and nothing else.
        self._narrator = Narrator(sys.stderr if asked.as_json else sys.stdout)
        self._told_to_stop = threading.Event()
        self._summary: dict[str, Any] = {"held": False, "fault": "It was interrupted."}

    def run(self) -> int:
        """Walk the journey and return the exit code: 0 when everything held."""
        _demand_there(self._asked.wishes)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self._told_to_stop.set())
        self._prepare_database()
        web, *others = programs(bind=f"127.0.0.1:{settings.PUBLIC.port}")
        tree = ProcessTree([web], logs=logs_folder())
        tree.start()
        try:
            self._play(tree, others)
        finally:
            self._narrator.say("\nStopping ...")
            self._narrator.mute()
            clean = tree.stop()
        if self._asked.as_json:
            print(json.dumps(self._summary, ensure_ascii=True), flush=True)
        return self._code(clean)

    def _prepare_database(self) -> None:
        if self._asked.fresh:
            empty_database()
        claim(self._folder)
        migrate_all()

    def _play(self, tree: ProcessTree, others: Sequence[Program]) -> None:
        """Set the stage while the web starts, for its first page; then start all others."""
        prepared = self._prepared()
        took_s = await_ready(
            settings.PUBLIC_URL,
            host=settings.PUBLIC.netloc,
            within_s=_UP_WITHIN_S,
            goes_on=lambda: self._goes_on(tree),
        )
        if took_s is None:
            return
        self._narrator.say(f"The broker is up at {settings.PUBLIC_URL}.")
        players = [Program(slug, MODULE, words) for slug, words in prepared.platforms.items()]
        for program in (*others, *players):
            tree.add(program)
        walker = threading.Thread(target=self._walk, args=(prepared.stage,), daemon=True)
        walker.start()
        while walker.is_alive() and self._goes_on(tree):
            time.sleep(_LOOK_EVERY_S)
        if not walker.is_alive() and not self._asked.once:
            self._stay(tree, prepared.stage)

    def _stay(self, tree: ProcessTree, stage: Stage) -> None:
        self._tell_doors(stage)
        while self._goes_on(tree):
            time.sleep(_LOOK_EVERY_S)

    def _goes_on(self, tree: ProcessTree) -> bool:
        tree.tend()
        return not self._told_to_stop.is_set()

    def _prepared(self) -> Prepared:
        wanted = self._folder.facts().get("platform_ports", [0] * len(cast.PLATFORMS))
        ports = dict(zip(cast.PLATFORMS, free_ports(wanted), strict=True))
        self._folder.keep(platform_ports=list(ports.values()))
        return prepare(
            self._folder,
            self._asked.wishes,
            address=settings.PUBLIC_URL,
            ports=ports,
            narrator=self._narrator,
        )

    def _walk(self, stage: Stage) -> None:
        summary = walk(stage)
        # A journey that is broken off by the end of its broker tells nothing.
        if not self._told_to_stop.is_set():
            self._summary = summary

    def _tell_doors(self, stage: Stage) -> None:
        say = self._narrator.say
        say(f"\nThe portal is at {settings.PUBLIC_URL}. Every account has the password")
        say(f"  {stage.accounts['officer'].password}")
        say("and its own secret for an authenticator app:")
        for person in cast.PEOPLE:
            secret = stage.accounts[person.username].totp_secret
            say(f"  {person.username:<11} {secret}  {person.post}, {person.name}")
        say(f"Everything lies in {self._folder.root}. Ctrl-C stops it.")

    def _code(self, clean: bool) -> int:
        if self._summary["held"] and clean:
            return 0
        return _INTERRUPTED if self._told_to_stop.is_set() else 1


def _demand_there(wishes: Wishes) -> None:
    if wishes.urls is not None and not wishes.urls.is_file():
        raise Invalid(f"{wishes.urls} is no file.", remedy="Name a file of addresses.")
    if wishes.evidence is not None and not any(wishes.evidence.rglob("*")):
        raise Invalid(f"{wishes.evidence} holds nothing.", remedy="Name a folder of files.")
