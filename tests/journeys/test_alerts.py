"""The alerts page in a real browser: what rang is seen, ticked and gone."""

from datetime import timedelta

import pytest

from broker.access.acting import acting
from broker.basics.actor import SYSTEM
from broker.basics.clock import now
from broker.basics.ids import uuid7
from broker.clocks import sweep
from broker.clocks.telling import tell
from broker.clocks.watched import Watched
from broker.law import catalogue
from tests import factories
from tests.journeys.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_officer_acknowledges_what_rang(sign_in, axe, shots):
    unit = factories.organisation("unit")
    officer = factories.officer(unit, "officer")
    officer.set_password(PASSWORD)
    officer.save()
    case = Watched("referral", uuid7(), "R-RUNG", catalogue.get("demo-ten-seconds"), unit.id, {})
    with acting(SYSTEM):
        tell(case, "order_received", at=now() - timedelta(seconds=7))
    sweep.sweep_once()

    page = sign_in(officer)
    page.goto("/alerts/")
    faults = axe(page)
    shots(page, "alerts")
    page.get_by_label("Acknowledge the alert of R-RUNG").check()
    page.get_by_role("button", name="Acknowledge what is ticked").click()
    page.get_by_text("No alert waits for you.").wait_for()

    assert faults + axe(page) == []
