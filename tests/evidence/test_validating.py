"""Exactly the people of Art. 4 stand behind an order: category by category, seat by seat."""

import pytest

from broker.access.acting import acting
from broker.basics.errors import Conflict, Invalid, NotAllowed, WrongState
from broker.ledger.reading import events_of
from evidence.actions import drafting, order, validating
from evidence.flow import State
from evidence.models import Validation
from tests.evidence.world import drafted, form, validated

TIER_1, TIER_2 = ("subscriber", "user_identification"), ("traffic", "content")


def draft_of(world, seat, category):
    facts = {"form": form(category), "authority": "dpp" if category in TIER_2 else ""}
    facts["validator"] = {"officer": "parquet", "prosecutor": "tribunal", "judge": ""}[seat]
    return drafted(world, getattr(world, seat), **facts)


@pytest.mark.parametrize("category", [*TIER_1, *TIER_2])
def test_a_judge_signs_alone_for_all_data(world, category):
    request = draft_of(world, "judge", category)

    case = validated(world, world.judge, request)

    assert case.state == State.VALIDATED


@pytest.mark.parametrize("category", TIER_1)
@pytest.mark.parametrize("drafter", ["prosecutor", "officer"])
def test_a_prosecutor_suffices_for_the_first_tier(world, drafter, category):
    request = draft_of(world, drafter, category)

    assert validated(world, world.prosecutor, request).state == State.VALIDATED


@pytest.mark.parametrize("category", TIER_2)
def test_a_prosecutor_cannot_sign_alone_for_the_second_tier(world, category):
    request = draft_of(world, "prosecutor", category)

    with pytest.raises(NotAllowed, match="the law asks a judge"):
        validated(world, world.prosecutor, request)


@pytest.mark.parametrize("category", TIER_2)
def test_a_judge_validates_what_a_prosecutor_asks(world, category):
    request = draft_of(world, "prosecutor", category)

    case = validated(world, world.judge, request)

    [validation] = case.validations.all()
    assert (validation.seat, validation.organisation) == ("judge", world.court)
    assert case.issued_form["validating_authority"] == "Tribunal"
    assert case.issued_form["va_type"] == "judge_court_investigating_judge"


@pytest.mark.parametrize("category", TIER_2)
def test_a_prosecutor_cannot_validate_a_unit_s_order_of_the_second_tier(world, category):
    request = draft_of(world, "officer", category)

    with pytest.raises(NotAllowed, match="the law asks a judge"):
        validated(world, world.prosecutor, request)


@pytest.mark.parametrize("seat", ["officer", "supervisor", "unit_head", "agent", "watcher"])
def test_nobody_else_validates(world, seat):
    request = draft_of(world, "officer", "subscriber")
    homes = {"agent": world.agent, "watcher": world.watcher}
    by = homes.get(seat) or world.actor(seat, world.unit)

    with pytest.raises(NotAllowed):
        validated(world, by, request)

    request.refresh_from_db()
    assert request.state == State.DRAFT


def test_a_judge_of_a_court_that_was_not_named_does_not_validate(world):
    request = draft_of(world, "prosecutor", "subscriber")
    request.validator = None
    request.save()

    with pytest.raises(NotAllowed, match="belongs to another side"):
        validated(world, world.judge, request)


def test_a_program_validates_nothing(world):
    request = drafted(world)
    program = world.actor("prosecutor", world.prosecution, channel="api")

    with pytest.raises(NotAllowed, match="validated by a person who has read it"):
        validated(world, program, request)


def test_a_validation_is_bound_to_the_text_that_was_read(world):
    request = drafted(world)
    read = order.text_sha256(request)
    with acting(world.prosecutor) as actor:
        drafting.edit(request, form(case_summary="Another case"), actor=actor)

    with acting(world.prosecutor) as actor, pytest.raises(Conflict, match="text has changed"):
        validating.validate(request, text_sha256=read, method="totp", actor=actor)


def test_a_key_that_changes_under_the_reader_is_noticed(world):
    request = drafted(world)
    read = order.text_sha256(request)
    world.prosecution.keys.filter(use="receive").update(revoked={"reason": "lost"})
    world.prosecution.keys.filter(use="escrow").update(revoked={"reason": "lost"})

    with acting(world.prosecutor) as actor, pytest.raises(WrongState, match="cannot receive"):
        validating.validate(request, text_sha256=read, method="totp", actor=actor)


def test_reopening_makes_the_validation_void(world):
    request = validated(world)

    with acting(world.prosecutor) as actor:
        case = drafting.reopen(request, actor=actor).case

    assert case.state == State.DRAFT
    assert case.order is None
    assert not Validation.objects.filter(void=False).exists()
    assert validated(world, request=case).state == State.VALIDATED


def test_an_incomplete_form_is_refused_field_by_field(world):
    values = form()
    del values["offence_description"]
    request = drafted(world, form=values)

    with pytest.raises(Invalid) as refusal:
        validated(world, request=request)

    assert set(refusal.value.fields) == {"offence_description"}


def test_the_second_tier_needs_its_authority_or_the_exception(world):
    bare = drafted(world, world.judge, form=form("content"))
    excepted = drafted(
        world, world.judge, form=form("content", ea_exception_8_2="Both are in France.")
    )

    with pytest.raises(Invalid, match="enforcing authority is not named"):
        validated(world, world.judge, bare)

    assert validated(world, world.judge, excepted).authority is None


def test_the_first_tier_notifies_nobody(world):
    request = drafted(world, authority="dpp")

    with pytest.raises(Invalid, match="is not notified of this order"):
        validated(world, request=request)


def test_a_unit_names_the_office_that_validates_and_receives(world):
    with pytest.raises(Invalid, match="No prosecution office or court is named"):
        drafted(world, world.officer)

    request = drafted(world, world.officer, validator="parquet")
    assert request.office == world.prosecution


def test_the_ledger_names_seat_and_method_and_not_the_content(world):
    request = validated(world)

    written = [event for event in events_of(request.stream) if event.verb == "request.validate"]
    assert written[0].body["new"]["seat"] == "prosecutor"
    assert written[0].body["new"]["method"] == "totp"
