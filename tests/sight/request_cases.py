"""Requests for data at every state of their life story, with packages released and withheld."""

from collections.abc import Iterator
from pathlib import Path

from broker.access.acting import acting
from broker.ledger.sequencer import sweep_once
from evidence.actions import answering, retrieving, sending
from evidence.models import Package, Request
from tests.evidence import world as worlds
from tests.evidence.world import World


class Story:
    """Takes requests of a prosecutor as far as asked; `word` stands in what is said."""

    def __init__(self, world: World, folder: Path, word: str) -> None:
        self.world, self.folder, self.word = world, folder, word

    def asked_back(self) -> Request:
        case = worlds.received(self.world)
        with acting(self.world.agent) as actor:
            grounds = ["insufficient_information"]
            return answering.ask_back(case, grounds=grounds, text=self.word, actor=actor).case

    def refused(self) -> Request:
        case = worlds.received(self.world)
        said = {"outcome": "refused", "grounds": ["service_not_covered"], "text": self.word}
        with acting(self.world.agent) as actor:
            return answering.refuse(case, **said, actor=actor).case

    def preserving(self) -> Request:
        case = worlds.received(self.world)
        with acting(self.world.agent) as actor:
            return answering.preserve(case, text=self.word, actor=actor).case

    def released(self) -> Package:
        return worlds.deposited(self.world, worlds.received(self.world), self.folder)

    def retrieved(self) -> Request:
        package = self.released()
        sweep_once()
        package.refresh_from_db()
        with acting(self.world.prosecutor) as actor:
            return retrieving.announce(package, actor=actor).case

    def closed(self) -> Request:
        case = self.retrieved()
        with acting(self.world.prosecutor) as actor:
            return answering.close(case, actor=actor).case

    def withdrawn(self) -> Request:
        case = worlds.received(self.world)
        with acting(self.world.prosecutor) as actor:
            return sending.withdraw(case, reason=self.word, actor=actor).case

    def withheld(self) -> Request:
        case = worlds.content_request(self.world)
        worlds.deposited(self.world, case, self.folder)
        return case


def all_states(world: World, folder: Path, word: str) -> Iterator[tuple[str, Request]]:
    """Yield a request at every state, by its state, and one whose package is withheld."""
    story = Story(world, folder, word)
    yield "draft", worlds.drafted(world)
    yield "validated", worlds.validated(world)
    yield "sent", worlds.sent(world)
    yield "received", worlds.received(world)
    yield "preserving", story.preserving()
    yield "clarifying", story.asked_back()
    yield "refused", story.refused()
    yield "released", story.released().request
    yield "retrieved", story.retrieved()
    yield "closed", story.closed()
    yield "withdrawn", story.withdrawn()
    yield "withheld", story.withheld()
