"""Alerts wait on the desk until a person of the unit acknowledges them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from broker.access.acting import acting
from broker.basics.actor import SYSTEM
from broker.basics.clock import frozen
from broker.basics.ids import uuid7
from broker.clocks import sweep
from broker.clocks.models import Alert
from broker.clocks.telling import tell
from broker.clocks.watched import Watched
from broker.law import catalogue
from broker.parties.models import Organisation
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def client_of(unit: Organisation, *roles: str) -> Client:
    client = Client()
    client.force_login(factories.officer(unit, *roles))
    return client


def rung_for(unit: Organisation, *, seconds: int) -> None:
    instrument = catalogue.get("demo-ten-seconds")
    watched = Watched("referral", uuid7(), "R-RUNG", instrument, unit.id, {})
    with acting(SYSTEM):
        tell(watched, "order_received", at=NOON)
    with frozen(NOON + timedelta(seconds=seconds)):
        while sweep.sweep_once().done:
            pass


@pytest.fixture
def unit() -> Organisation:
    return factories.organisation("unit")


def test_an_alert_waits_for_its_seat_until_it_is_acknowledged(unit: Organisation) -> None:
    rung_for(unit, seconds=6)
    officer = client_of(unit, "officer")
    [alert] = Alert.objects.all()

    before = officer.get(reverse("desk:alerts"))
    officer.post(reverse("desk:acknowledge"), {"alert": [str(alert.id)]})
    after = officer.get(reverse("desk:alerts"))

    alert.refresh_from_db()
    assert "R-RUNG" in before.content.decode()
    assert alert.acknowledged_by
    assert "No alert waits for you" in after.content.decode()


def test_an_alert_for_the_head_of_the_unit_is_not_the_officers(unit: Organisation) -> None:
    rung_for(unit, seconds=60)
    officer, head = client_of(unit, "officer"), client_of(unit, "unit_head")

    for_officer = officer.get(reverse("desk:alerts")).context["rows"]
    for_head = head.get(reverse("desk:alerts")).context["rows"]

    assert ["unit_head"] not in [each["alert"].who for each in for_officer]
    assert ["unit_head"] in [each["alert"].who for each in for_head]


def test_another_unit_neither_sees_nor_acknowledges_it(unit: Organisation) -> None:
    rung_for(unit, seconds=6)
    stranger = client_of(factories.organisation("unit"), "supervisor")
    [alert] = Alert.objects.all()

    seen = stranger.get(reverse("desk:alerts"))
    refused = stranger.post(reverse("desk:acknowledge"), {"alert": [str(alert.id)]})

    alert.refresh_from_db()
    assert "R-RUNG" not in seen.content.decode()
    assert refused.status_code == 404
    assert alert.acknowledged_at is None


def test_the_start_page_shows_what_rang_first(unit: Organisation) -> None:
    rung_for(unit, seconds=6)

    home = client_of(unit, "officer").get(reverse("desk:home"))

    assert home.context["panels"][0].key == "alerts"


def test_acknowledging_nothing_is_refused_plainly(unit: Organisation) -> None:
    refused = client_of(unit, "officer").post(reverse("desk:acknowledge"), {})

    assert refused.status_code == 422
    assert "No alert was chosen" in refused.content.decode()
