"""Rows of several tables are written together: new ones inserted, locked ones moved."""

import pytest
from django.db import connection, models
from django.db.models.functions import Upper
from django.test.utils import CaptureQueriesContext

from broker.basics import rows
from broker.parties.models import Membership, Officer, Organisation

pytestmark = pytest.mark.django_db


def a_unit(slug: str, **facts: object) -> Organisation:
    return Organisation(
        slug=slug, name=f"Unit {slug}", kind="unit", languages=["fr", "en"], **facts
    )


def an_officer(number: int) -> Officer:
    return Officer(username=f"o{number}", service_number=f"FR-{number}", display_name="A. Name")


def test_rows_of_several_tables_are_inserted_with_what_they_point_to():
    unit, officer = a_unit("a"), an_officer(1)
    seat = Membership(officer=officer, organisation=unit, role="officer")

    rows.insert(unit, officer, seat)

    found = Membership.objects.select_related("organisation", "officer").get()
    assert found.organisation.languages == ["fr", "en"]
    assert found.officer.service_number == "FR-1"


@pytest.mark.parametrize("count", [1, 2, 8, 9, 40])
def test_any_number_of_rows_is_inserted_in_their_order(count):
    units = [a_unit(f"{number:02}") for number in range(count)]

    rows.insert(*units, *[an_officer(number) for number in range(count)])

    assert list(Organisation.objects.order_by("slug")) == units
    assert Officer.objects.count() == count


@pytest.mark.parametrize("count", [1, 8, 9])
def test_locked_rows_are_moved_by_the_statement_that_inserts(count):
    rows.insert(*[a_unit(f"{number:02}") for number in range(count)])
    units = list(Organisation.objects.order_by("slug"))
    for unit in units:
        unit.name, unit.languages = "Moved", ["de"]

    rows.insert(an_officer(1), *units)

    moved = list(Organisation.objects.order_by("slug"))
    assert [(unit.name, unit.languages) for unit in moved] == [("Moved", ["de"])] * count
    assert Officer.objects.count() == 1


def test_one_table_may_be_inserted_into_and_moved_at_once():
    rows.insert(a_unit("old"))
    old = Organisation.objects.get()
    old.name = "Moved"

    rows.insert(a_unit("new"), old)

    names = dict(Organisation.objects.values_list("slug", "name"))
    assert names == {"old": "Moved", "new": "Unit new"}


def test_an_expression_is_written_as_sql():
    unit = a_unit("a")
    unit.name = Upper(models.Value("loud"))

    rows.insert(unit, an_officer(1))

    assert Organisation.objects.get().name == "LOUD"


def test_rows_are_no_longer_new_afterwards():
    unit, officer = a_unit("a"), an_officer(1)

    rows.insert(unit, officer)
    unit.name = "Renamed"
    unit.save()

    assert Organisation.objects.get().name == "Renamed"


def test_nothing_is_written_for_no_rows(django_assert_num_queries):
    with django_assert_num_queries(0):
        rows.insert()


@pytest.mark.postgres
def test_on_postgresql_all_tables_go_in_one_statement():
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: statements that write to several tables")
    unit, officer = a_unit("a"), an_officer(1)

    with CaptureQueriesContext(connection) as queries:
        rows.insert(unit, officer, Membership(officer=officer, organisation=unit, role="officer"))

    assert len(queries) == 1
