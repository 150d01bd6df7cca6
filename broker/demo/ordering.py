"""What every order goes through: filed by a system, approved by a second person, sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from broker.client.broker_client import BrokerClient
from broker.courier.message import Message
from broker.demo import cast
from broker.demo.narrator import demand
from broker.demo.stage import Stage
from broker.demo.waiting import await_that


@dataclass(frozen=True, slots=True)
class Order:
    """What the unit's system files."""

    instrument: str
    platform: str
    targets: Sequence[str]
    form: Mapping[str, Any]


def file_order(stage: Stage, unit: BrokerClient, order: Order) -> str:
    """File a draft by a signed request and return its reference."""
    members = {
        "instrument": order.instrument,
        "platform": order.platform,
        "targets": list(order.targets),
        "form": dict(order.form),
    }
    with stage.narrator.step(f"The unit's system files a draft under {order.instrument}"):
        filed = unit.file(members).members
        demand(filed["state"] == "draft", f"It is {filed['state']}, not a draft.")
        demand("custody-promise/1" in filed["promise"], "The ledger gave no promise.")
    count = f"{len(order.targets)} address{'es' if len(order.targets) > 1 else ''}"
    stage.narrator.tell(f"{filed['reference']}, {count}; the ledger promises it a place")
    return str(filed["reference"])


def approve_and_send(stage: Stage, reference: str) -> None:
    """Let the supervisor read and approve the exact text, and the officer send it."""
    with stage.narrator.step("The supervisor reads it in the portal and approves with a code"):
        stage.person("supervisor").approve(f"/referrals/{reference}/approve")
    with stage.narrator.step("The officer sends it from the portal"):
        stage.person("officer").confirm(f"/referrals/{reference}/send")


def await_receipt(stage: Stage, unit: BrokerClient, reference: str) -> Mapping[str, Any]:
    """Wait until the platform provably has the order, and return the case."""

    def received() -> Mapping[str, Any] | None:
        case = unit.referral(reference)
        return case if case["received"] else None

    with stage.narrator.step("The broker delivers it over HTTP; the platform signs a receipt"):
        case = await_that(received, what="A proven receipt", within_s=30)
    clock = next(each for each in case["clocks"] if each["name"] == "comply")
    stage.narrator.tell(f"received {case['received']}, so the clock ends at {clock['due']}")
    return case


def messages_about(unit: BrokerClient, reference: str, kind: str) -> list[Message]:
    """Return the messages of one kind about one case that wait in the unit's inbox."""
    readable = (each.message for each in unit.inbox() if each.message is not None)
    return [each for each in readable if (each.reference, each.kind) == (reference, kind)]


def alerts_about(unit: BrokerClient, reference: str) -> list[Mapping[str, Any]]:
    """Return the alerts about one case among those the unit was told of, a message or many."""
    messages = (each.message for each in unit.inbox() if each.kind == "clock.alert")
    told = [alert for each in messages if each is not None for alert in each.content["alerts"]]
    return [alert for alert in told if alert["reference"] == reference]


def unit_system(stage: Stage) -> BrokerClient:
    return stage.system_of(cast.UNIT)
