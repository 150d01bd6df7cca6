"""The table of steps is the specification; here it is walked and read back."""

import pytest

from broker.access.permissions import Permission
from broker.access.roles import GRANTS
from broker.basics.errors import WrongState
from evidence.flow import OPEN, REQUEST, SHOWN_OUTSIDE, State

S = State
MAIN = (
    ("validate", S.VALIDATED),
    ("send", S.SENT),
    ("receive", S.RECEIVED),
    ("preserve", S.PRESERVING),
    ("receive_package", S.PACKAGE_RECEIVED),
    ("release", S.RELEASED),
    ("retrieve", S.RETRIEVED),
    ("close", S.CLOSED),
)


def test_the_main_path_leads_from_draft_to_closed():
    state = REQUEST.beginning("draft").target

    for verb, target in MAIN:
        state = REQUEST.step(verb, state).target
        assert state == target


def test_a_package_that_waits_moves_no_state():
    assert {step.target for step in REQUEST if step.verb == "deposit"} == {S.RECEIVED, S.PRESERVING}
    assert all(
        step.sources == {step.target} for step in REQUEST if step.verb in {"deposit", "clear"}
    )


def test_what_is_closed_or_withdrawn_leads_to_no_other_state():
    leads_to = {step.target for state in set(State) - OPEN for step in REQUEST.leading_from(state)}

    assert leads_to <= {S.CLOSED}


def test_every_state_can_be_reached():
    reached = {REQUEST.beginning("draft").target}
    for _ in State:
        reached |= {step.target for step in REQUEST if step.sources & reached}

    assert reached == set(State)


def test_every_step_has_a_seat_that_may_take_it():
    granted: frozenset[Permission] = frozenset().union(*GRANTS.values())

    assert {step.permission for step in REQUEST} <= granted


def test_no_step_lets_the_operator_stop_an_order():
    """Nobody in the house can veto: no administrator's permission stands in the table."""
    assert not {step.permission for step in REQUEST} & {Permission.PARTY_ADMINISTER}


@pytest.mark.parametrize(
    ("verb", "state"),
    [("send", S.DRAFT), ("release", S.REFUSED), ("retrieve", S.PRESERVING), ("deposit", S.SENT)],
)
def test_a_step_out_of_order_is_refused(verb, state):
    with pytest.raises(WrongState, match=f"Cannot {verb} a case that is {state}"):
        REQUEST.step(verb, state)


def test_outside_nothing_is_seen_that_is_still_being_written():
    assert set(State) - SHOWN_OUTSIDE == {S.DRAFT, S.VALIDATED}
