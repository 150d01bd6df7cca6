"""On PostgreSQL every month of entries has its partition, and none is refused without one."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import connection

from broker.access.acting import acting
from broker.basics.clock import frozen
from broker.ledger.append import append
from broker.ledger.models import Entry
from broker.ledger.partitions import make_months
from tests.ledger.conftest import OFFICER, an_event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def partition_of(event_id: UUID) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableoid::regclass::text FROM ledger_entry WHERE id = %s", [event_id]
        )
        return cursor.fetchone()[0]


@pytest.fixture
def far_month(on_postgres):
    """A month that no migration made; its partitions go when the test ends."""
    with frozen(datetime(2031, 12, 24, tzinfo=UTC)) as at:
        yield at
    with connection.cursor() as cursor:
        for name in ("2031_12", "2032_01", "2032_02", "2032_03"):
            cursor.execute(f"DROP TABLE IF EXISTS ledger_entry_{name}")


def id_at(at: datetime) -> UUID:
    return UUID(int=int(at.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62)


def test_the_migration_makes_this_month_and_the_next_three(on_postgres):
    with acting(OFFICER):
        [appended] = append(an_event())

    assert partition_of(appended.event_id).startswith("ledger_entry_20")
    assert make_months() == []


def test_months_are_made_ahead_over_the_turn_of_the_year(far_month):
    assert make_months() == [
        "ledger_entry_2031_12",
        "ledger_entry_2032_01",
        "ledger_entry_2032_02",
        "ledger_entry_2032_03",
    ]
    with acting(OFFICER):
        [first, last] = append(
            an_event(id=id_at(datetime(2031, 12, 1, tzinfo=UTC))),
            an_event(id=id_at(datetime(2031, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC))),
        )

    assert partition_of(first.event_id) == "ledger_entry_2031_12"
    assert partition_of(last.event_id) == "ledger_entry_2031_12"


def test_a_month_that_was_not_made_in_time_stays_in_the_rest(far_month):
    with acting(OFFICER):
        [appended] = append(an_event(id=id_at(far_month)))

    made = make_months()

    assert partition_of(appended.event_id) == "ledger_entry_rest"
    assert made == ["ledger_entry_2032_01", "ledger_entry_2032_02", "ledger_entry_2032_03"]
    assert Entry.objects.count() == 1


def test_on_sqlite_there_is_nothing_to_make(db):
    if connection.vendor == "sqlite":
        assert make_months() == []
