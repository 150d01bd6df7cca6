"""Alerts of the clocks go out as post to who is alerted."""

from datetime import UTC, datetime, timedelta

import pytest

from broker.access.acting import acting
from broker.basics.actor import SYSTEM
from broker.basics.clock import frozen
from broker.basics.ids import uuid7
from broker.clocks import sweep
from broker.clocks.models import Alert
from broker.clocks.telling import tell
from broker.clocks.watched import Watched
from broker.courier.message import read_message
from broker.courier.models import Dispatch
from broker.law import catalogue
from broker.parties.models import ContactPoint, Organisation
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def ring_for_case_of(unit: Organisation) -> None:
    instrument = catalogue.get("demo-ten-seconds")
    watched = Watched("referral", uuid7(), "R-TEST", instrument, unit.id, {})
    with acting(SYSTEM):
        tell(watched, "order_received", at=NOON)
    with frozen(NOON + timedelta(seconds=6)):
        sweep.sweep_once()


def test_an_alert_is_a_message_to_the_unit_that_waits() -> None:
    unit = factories.organisation("unit")
    ContactPoint.objects.create(organisation=unit, connector="inbox")

    ring_for_case_of(unit)

    [dispatch] = Dispatch.objects.filter(organisation=unit)
    message = read_message(bytes(dispatch.body))
    [alert] = message.content["alerts"]
    assert message.kind == "clock.alert"
    assert alert["who"] == ["officer"]
    assert alert["due"] == "2026-11-24T12:00:10.000000Z"


def test_a_unit_without_contact_point_is_alerted_in_the_portal_alone() -> None:
    unit = factories.organisation("unit")

    ring_for_case_of(unit)

    assert not Dispatch.objects.exists()


def test_a_contact_point_that_post_cannot_go_to_silences_no_alert() -> None:
    unit = factories.organisation("unit")
    ContactPoint.objects.create(organisation=unit, connector="mail", address="duty@unit.example")

    ring_for_case_of(unit)

    assert Alert.objects.filter(owner=unit.id).count() == 1
    assert not Dispatch.objects.exists()
