"""Referrals of a unit to a platform at every state of their life story."""

from collections.abc import Iterator

from broker.access.acting import acting
from broker.parties.models import Organisation
from referrals.actions import answering, approving, drafting, order, receiving, sending
from referrals.actions.item_answers import ItemAnswer
from referrals.models import Referral
from tests import factories


class Story:
    """Takes referrals as far as asked; `word` stands in everything that is written."""

    def __init__(self, unit: Organisation, platform: Organisation, word: str) -> None:
        self.platform, self.word = platform, word
        self.officer = factories.actor(unit, "officer")
        self.supervisor = factories.actor(unit, "supervisor")
        self.agent = factories.actor(platform, "platform_agent")

    def drafted(self, state: str) -> Referral:
        brought = factories.draft(
            self.platform,
            targets=[f"https://{self.word}.example/{state}/{number}" for number in (1, 2)],
            form={"A3_reasons": f"It is {self.word}."},
            note=f"Note: {self.word}.",
        )
        with acting(self.officer) as actor:
            return drafting.draft(brought, actor=actor).case

    def approved(self, state: str) -> Referral:
        case = self.drafted(state)
        with acting(self.supervisor) as actor:
            read = order.text_sha256(case, list(case.items.all()))
            return approving.approve(case, text_sha256=read, method="totp", actor=actor).case

    def sent(self, state: str) -> Referral:
        case = self.approved(state)
        with acting(self.officer) as actor:
            return sending.send(case, actor=actor).case

    def received(self, state: str) -> Referral:
        case = self.sent(state)
        with acting(self.agent) as actor:
            return receiving.acknowledge(case, actor=actor, proof={"event": "opened"}).case

    def answered(self, state: str, *answers: ItemAnswer) -> Referral:
        case = self.received(state)
        with acting(self.agent) as actor:
            return answering.answer(case, answers, actor=actor).taken.case

    def closed(self, state: str, *answers: ItemAnswer) -> Referral:
        case = self.answered(state, *answers)
        with acting(self.officer) as actor:
            return answering.close(case, actor=actor).case

    def withdrawn(self, state: str) -> Referral:
        case = self.received(state)
        with acting(self.supervisor) as actor:
            return sending.withdraw(case, reason=self.word, actor=actor).case


def all_states(
    unit: Organisation, platform: Organisation, word: str
) -> Iterator[tuple[str, Referral]]:
    """Yield a referral at every state, by its state."""
    story = Story(unit, platform, word)
    whole = (ItemAnswer(1, "removed", reason=word), ItemAnswer(2, "already_gone"))
    asks = ItemAnswer(1, "needs_information", ground="insufficient_information", reason=word)
    cannot = ItemAnswer(1, "impossible", ground="impossibility", reason=word)
    yield "draft", story.drafted("draft")
    yield "approved", story.approved("approved")
    yield "sent", story.sent("sent")
    yield "received", story.received("received")
    yield "clarifying", story.answered("clarifying", asks)
    yield "impeded", story.answered("impeded", cannot)
    yield "answered", story.answered("answered", *whole)
    yield "closed", story.closed("closed", *whole)
    yield "withdrawn", story.withdrawn("withdrawn")
