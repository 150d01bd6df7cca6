"""Receivers take turns: one whose post piles up holds up no other's."""

from datetime import timedelta

import pytest

from broker.basics.clock import now
from broker.courier import delivery
from broker.courier.delivery import sweep_once
from broker.courier.models import Dispatch, Status
from broker.parties.models import Connector
from tests import factories
from tests.courier.conftest import posted

pytestmark = pytest.mark.django_db


def test_one_receiver_s_pile_holds_up_no_other_s_post(webhook, receiver, monkeypatch):
    monkeypatch.setattr(delivery, "BATCH", 2)
    away = factories.platform(Connector.WEBHOOK, "http://localhost:9/hook").contact_points.get()
    pile = [posted(away).pk for _ in range(4)]
    Dispatch.objects.filter(pk__in=pile).update(next_attempt_at=now() - timedelta(hours=1))
    fresh = posted(webhook)

    sweep_once()

    fresh.refresh_from_db()
    assert fresh.status == Status.DELIVERED
    assert Dispatch.objects.filter(pk__in=pile, attempts=1).count() == 1
