"""Second chapter: an order that is received and ignored; its clock lapses and alerts climb."""

from collections.abc import Mapping
from typing import Any

from broker.client.broker_client import BrokerClient
from broker.demo import cast
from broker.demo.narrator import demand
from broker.demo.order_forms import TEN_SECONDS
from broker.demo.ordering import (
    Order,
    alerts_about,
    approve_and_send,
    await_receipt,
    file_order,
    unit_system,
)
from broker.demo.stage import Stage
from broker.demo.waiting import await_that

_TARGET = "https://social.platform-b.example/@channel/status/20990017"
# Whom the instrument alerts, in this order: before the end, at the lapse, two seconds later.
_LADDER = ("officer", "supervisor", "unit_head")
_ALERTED_WITHIN_S = 25.0


def ignored_order(stage: Stage) -> None:
    """Send an order under a ten-second clock to a platform that does nothing with it."""
    stage.narrator.chapter("2. An order that is ignored (ten seconds stand for an hour)")
    with unit_system(stage) as unit:
        order = Order("demo-ten-seconds", cast.PLATFORM_B, [_TARGET], TEN_SECONDS)
        reference = file_order(stage, unit, order)
        approve_and_send(stage, reference)
        await_receipt(stage, unit, reference)
        stage.narrator.say("                Platform B has it and does nothing; the clock runs ...")
        alerts = [_alerted(stage, unit, reference, who) for who in _LADDER]
        _lapsed(stage, unit, reference)
    instants = [alert["planned"] for alert in alerts]
    demand(instants == sorted(instants), "The alerts did not climb the ladder in order.")
    _shown_to_the_head(stage, reference)
    stage.summary["ignored_order"] = reference
    stage.summary["alerts"] = len(alerts)


def _alerted(stage: Stage, unit: BrokerClient, reference: str, who: str) -> Mapping[str, Any]:
    def alert() -> Mapping[str, Any] | None:
        rung = alerts_about(unit, reference)
        return next((each for each in rung if who in each["who"]), None)

    with stage.narrator.step(f"The clock alerts the {who.replace('_', ' ')}"):
        return await_that(alert, what=f"An alert of the {who}", within_s=_ALERTED_WITHIN_S)


def _lapsed(stage: Stage, unit: BrokerClient, reference: str) -> None:
    def lapsed() -> Mapping[str, Any] | None:
        case = unit.referral(reference)
        return case if case["lapsed"] else None

    with stage.narrator.step("The case notes that its period lapsed; it stays open"):
        case = await_that(lapsed, what="A note of the lapse", within_s=10)
        demand(case["state"] == "received", f"The case is {case['state']}.")
    [clock] = case["clocks"]
    stage.narrator.tell(f"received {clock['started']}, due {clock['due']}, lapsed {case['lapsed']}")


def _shown_to_the_head(stage: Stage, reference: str) -> None:
    with stage.narrator.step("The head of the unit finds it in the queue"):
        page = stage.person("head").open("/referrals/")
        demand(reference in page.words, "The queue does not show the case.")
