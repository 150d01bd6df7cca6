"""The ladder of alerts: each rung at its instant, none without a due time."""

from datetime import datetime, timedelta

from broker.law import catalogue
from broker.law.alerts import ladder
from broker.law.periods import count

NOON = datetime.fromisoformat("2026-11-24T12:20:00+00:00")


def test_the_removal_orders_ladder_climbs_from_warning_to_unit_head():
    comply = catalogue.get("eu-tco-removal-order").clock("comply")

    firings = ladder(comply, count(comply, NOON, zone="Europe/Paris"))

    assert [(each.at - NOON, each.rung, each.repetition) for each in firings] == [
        (timedelta(minutes=30), 0, 0),
        (timedelta(minutes=50), 1, 0),
        (timedelta(minutes=60), 2, 0),
        (timedelta(minutes=100), 3, 0),
        (timedelta(minutes=115), 4, 0),
        (timedelta(minutes=130), 4, 1),
        (timedelta(minutes=145), 4, 2),
        (timedelta(minutes=160), 4, 3),
    ]
    assert firings[0].who == ("officer",)
    assert firings[-1].who == ("unit_head",)


def test_no_alert_fires_where_the_law_has_no_number():
    feedback = catalogue.get("eu-tco-removal-order").clock("feedback")

    assert ladder(feedback, count(feedback, NOON, zone="Europe/Paris")) == ()
