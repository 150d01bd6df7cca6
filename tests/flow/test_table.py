"""The table of steps is the specification: what leads where, and nothing else."""

from enum import StrEnum

import pytest

from broker.access.permissions import Permission
from broker.basics.errors import WrongState
from broker.flow.table import Flow, begins, step
from evidence.flow import REQUEST
from referrals.flow import REFERRAL, State


class Light(StrEnum):
    RED = "red"
    GREEN = "green"


LIGHTS = Flow(
    "light",
    begins("switch_on", Light.RED, Permission.REFERRAL_DRAFT),
    step("go", {Light.RED}, Light.GREEN, Permission.REFERRAL_SEND, event="order_sent"),
)


def test_a_step_is_found_by_verb_and_source() -> None:
    assert LIGHTS.step("go", Light.RED).target is Light.GREEN


def test_a_step_from_elsewhere_says_from_where_it_leads() -> None:
    with pytest.raises(WrongState) as refused:
        LIGHTS.step("go", Light.GREEN)

    assert refused.value.what == "Cannot go a case that is green."
    assert "red" in refused.value.why


def test_a_story_begins_only_with_a_beginning() -> None:
    assert LIGHTS.beginning("switch_on").target is Light.RED
    with pytest.raises(KeyError):
        LIGHTS.beginning("go")


@pytest.mark.parametrize("flow", [REFERRAL, REQUEST], ids=["referral", "request"])
def test_every_state_is_reached_and_only_the_last_ones_end(flow: Flow[StrEnum]) -> None:
    states = set(type(flow.steps[0].target))

    ends = {
        str(state)
        for state in states
        if all(each.target is state for each in flow.leading_from(state))
    }

    assert {each.target for each in flow} == states
    assert ends == {"closed", "withdrawn"}


def test_nothing_leads_from_a_closed_referral() -> None:
    assert REFERRAL.leading_from(State.CLOSED) == []
