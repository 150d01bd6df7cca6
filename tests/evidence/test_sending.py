"""An order is sent as the law allows, to the platform and, where it is notified, the authority."""

import base64
import hashlib

import pytest

from broker.access.acting import acting
from broker.basics.clock import now
from broker.basics.errors import Invalid, NotAllowed, WrongState
from broker.clocks.models import Clock
from broker.courier.message import read_message
from broker.courier.models import Dispatch
from broker.crypto import cms
from broker.crypto.canonical import canonical, sha256_hex
from broker.parties.models import Organisation
from evidence.actions import sending
from evidence.flow import State
from evidence.package.order import parse_order
from tests.evidence.world import drafted, form, notified, received, sent, validated


def contents(request, kind):
    [dispatch] = Dispatch.objects.filter(subject_id=str(request.id), kind=f"request.{kind}")
    return read_message(bytes(dispatch.body)).content


def test_a_prosecutor_sends_alone_for_subscriber_data(world):
    request = sent(world)

    assert request.state == State.SENT
    assert contents(request, "order")["transport"] == {"id": "exercise", "ground": None}


def test_the_order_names_the_keys_of_the_office_and_is_signed_by_its_key(world):
    request = sent(world)

    message = contents(request, "order")
    document = canonical(message["order"])
    order = parse_order(document)
    parsed = cms.read_signature(base64.b64decode(message["signature"]))
    cms.verify_digest(parsed, hashlib.sha256(document).digest())
    assert order.case_id == str(request.id)
    assert order.issued_by == world.prosecution.party_id
    assert order.form_sha256 == sha256_hex(canonical(message["form"]))
    assert {each.role for each in order.recipients} == {"office", "escrow"}
    assert [each["fingerprint"] for each in message["recipients"]] == [
        each.recipient for each in order.recipients
    ]


def test_nothing_is_sent_once_the_platform_is_frozen(world):
    request = validated(world)
    Organisation.objects.filter(id=world.platform.id).update(frozen_at=now())

    with acting(world.prosecutor) as actor, pytest.raises(WrongState, match="Tube is frozen"):
        sending.send(request, actor=actor)

    assert not Dispatch.objects.exists()


def test_section_m_reaches_the_authority_and_never_the_platform(world):
    request = notified(world)

    to_platform, to_authority = contents(request, "order"), contents(request, "notification")
    assert "case_summary" not in to_platform["form"]
    assert to_authority["form"]["case_summary"].startswith("Example")
    assert to_platform["form"]["ea_party"] == {"name": "Dpp"}


def test_receipt_starts_the_period_to_produce(world):
    request = received(world)

    clocks = set(Clock.objects.filter(subject_id=request.id).values_list("name", flat=True))
    assert request.state == State.RECEIVED
    assert "produce" in clocks
    assert "ea_review" not in clocks
    assert request.due_at is not None


def test_in_production_a_direct_sending_is_refused(world, settings):
    request = validated(world)
    settings.MODE = "production"

    with (
        acting(world.prosecutor) as actor,
        pytest.raises(NotAllowed, match="may not be sent directly"),
    ):
        sending.send(request, actor=actor, transport="dits")

    request.refresh_from_db()
    assert request.state == State.VALIDATED
    assert not Dispatch.objects.exists()


@pytest.mark.parametrize("transport", ["other_instrument", "dits"])
def test_a_national_system_may_send_directly(world, settings, transport):
    request = validated(world)
    settings.MODE, settings.NATIONAL_IT_SYSTEM = "production", True

    with acting(world.prosecutor) as actor:
        sending.send(request, actor=actor, transport=transport)

    assert contents(request, "order")["transport"] == {"id": transport, "ground": None}


def test_alternative_means_need_a_ground_of_the_law(world, settings):
    request = validated(world)
    settings.MODE = "production"

    with acting(world.prosecutor) as actor, pytest.raises(Invalid, match=r"ground .* is missing"):
        sending.send(request, actor=actor, transport="alternative", ground="haste")
    with acting(world.prosecutor) as actor:
        sending.send(request, actor=actor, transport="alternative", ground="size")

    assert contents(request, "order")["transport"] == {"id": "alternative", "ground": "size"}


def test_an_exercise_is_no_way_in_production(world, settings):
    request = validated(world)
    settings.MODE = "production"

    with acting(world.prosecutor) as actor, pytest.raises(Invalid, match="cannot travel this way"):
        sending.send(request, actor=actor, transport="exercise")


def test_a_withdrawn_request_tells_the_platform_and_stops_its_clock(world):
    request = received(world)

    with acting(world.prosecutor) as actor:
        case = sending.withdraw(request, reason="No longer needed", actor=actor).case

    assert case.state == State.WITHDRAWN
    assert contents(request, "withdrawn")["reason"] == "No longer needed"
    assert not Clock.objects.filter(subject_id=request.id, stopped_at=None).exists()


def test_a_draft_keeps_the_form_sealed(world):
    request = drafted(world, form=form(case_summary="Ogre under the bridge"))

    assert request.form["case_summary"] == "Ogre under the bridge"
    assert b"Ogre" not in bytes(request.form_sealed)
