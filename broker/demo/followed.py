"""First chapter: a removal order that the platform follows, and what its sender hears."""

from collections.abc import Mapping
from typing import Any

from broker.basics.clock import parse_iso
from broker.client.broker_client import BrokerClient
from broker.courier.message import Message
from broker.demo import cast
from broker.demo.narrator import demand
from broker.demo.order_forms import REMOVAL_ORDER
from broker.demo.ordering import (
    Order,
    approve_and_send,
    await_receipt,
    file_order,
    messages_about,
    unit_system,
)
from broker.demo.stage import Stage
from broker.demo.targets import read_targets
from broker.demo.waiting import await_that


def followed_order(stage: Stage) -> None:
    """Walk one removal order from the unit's system to feedback with the time taken."""
    stage.narrator.chapter("1. A removal order that is followed (Regulation (EU) 2021/784)")
    targets = read_targets(stage.urls)
    with unit_system(stage) as unit:
        order = Order("eu-tco-removal-order", cast.PLATFORM_A, targets, REMOVAL_ORDER)
        reference = file_order(stage, unit, order)
        approve_and_send(stage, reference)
        await_receipt(stage, unit, reference)
        case = _await_answer(stage, unit, reference)
        _hear_back(stage, unit, case)
    _close(stage, reference)
    answered = [item["url"] for item in case["items"] if item["outcome"] == "removed"]
    stage.summary["removal_order"] = reference
    stage.summary["urls_answered"] = answered


def _await_answer(stage: Stage, unit: BrokerClient, reference: str) -> Mapping[str, Any]:
    def answered() -> Mapping[str, Any] | None:
        case = unit.referral(reference)
        return case if case["state"] == "answered" else None

    with stage.narrator.step("Platform A checks the unit's signature, removes, answers by API"):
        case = await_that(answered, what="The platform's answer", within_s=60)
        outcomes = {item["outcome"] for item in case["items"]}
        demand(outcomes == {"removed"}, f"The items are {', '.join(sorted(outcomes))}.")
    taken = parse_iso(case["answered"]) - parse_iso(case["received"])
    stage.summary["seconds_to_removal"] = taken.total_seconds()
    return case


def _hear_back(stage: Stage, unit: BrokerClient, case: Mapping[str, Any]) -> None:
    def feedback() -> list[Message]:
        return messages_about(unit, case["reference"], "referral.feedback")

    with stage.narrator.step("The unit's system hears what became of each address"):
        heard = await_that(feedback, what="Feedback", within_s=10)
        demand(heard[0].content["complete"], "The feedback does not cover all addresses.")
        unit.take_in(each.dispatch for each in heard)
    taken_s = stage.summary["seconds_to_removal"]
    stage.narrator.tell(f"{len(case['items'])} removed, {taken_s:.1f} s after receipt")


def _close(stage: Stage, reference: str) -> None:
    with stage.narrator.step("The officer reads the case in the portal and closes it"):
        page = stage.person("officer").confirm(f"/referrals/{reference}/close")
        demand(reference in page.words, "The case page does not show the case.")
