"""Pages follow one another without gap or double, whatever is added meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest

from broker.api.cursors import Order, page_of
from broker.basics.errors import Invalid
from broker.parties.models import ContactPoint

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.api.doors")]
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def points(unit):
    # Three share one instant, so that the key has to decide.
    offsets = [0, 1, 1, 1, 2, 3, 4]
    return ContactPoint.objects.bulk_create(
        ContactPoint(
            organisation=unit.organisation,
            address=str(number),
            since=NOON + timedelta(seconds=offset),
        )
        for number, offset in enumerate(offsets)
    )


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_pages_hold_every_row_once_in_order(points, newest_first, size):
    order, cursor, seen = Order("since", newest_first=newest_first), None, []
    while True:
        page = page_of(ContactPoint.objects.all(), order, cursor=cursor, size=size)
        seen += [row.pk for row in page.rows]
        if page.next is None:
            break
        cursor = page.next

    wanted = sorted(points, key=lambda row: (row.since, row.pk), reverse=newest_first)
    assert seen == [row.pk for row in wanted]


def test_a_page_costs_one_query(points, django_assert_num_queries):
    with django_assert_num_queries(1):
        page_of(ContactPoint.objects.all(), Order("since"), size=2)


@pytest.mark.parametrize("cursor", ["x", "AAAA", "é", "MjAyNg", "a b", "-" * 9999])
def test_a_cursor_that_no_page_gave_is_refused(points, cursor):
    with pytest.raises(Invalid, match="The cursor cannot be read"):
        page_of(ContactPoint.objects.all(), Order("since"), cursor=cursor)


@pytest.mark.parametrize("size", ["0", "201", "-1", "many", "٣", "9" * 5000])
def test_a_size_out_of_bounds_is_refused(unit, size):
    from urllib.parse import quote

    answer = unit.get(f"/api/v1/points?size={quote(size)}")

    assert answer.status_code == 400
    assert "size" in answer.json()["fields"]


def test_the_cursor_leads_on_through_the_api(unit, points):
    first = unit.get("/api/v1/points?size=4").json()
    second = unit.get(f"/api/v1/points?size=4&cursor={first['next']}").json()

    assert [*first["addresses"][:1], *first["addresses"][-1:]] == ["0", first["addresses"][3]]
    assert sorted(first["addresses"] + second["addresses"]) == list("0123456")
    assert second["next"] is None
