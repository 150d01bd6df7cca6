"""The start page and the rail: what waits, for the seat that looks."""

import pytest
from django.test import Client

from broker.parties.models import Organisation
from tests import factories

pytestmark = pytest.mark.django_db


def signed_in(seat: Organisation, role: str) -> Client:
    client = Client()
    client.force_login(factories.officer(seat, role))
    return client


@pytest.mark.parametrize(
    ("kind", "role", "titles"),
    [
        ("unit", "officer", ["Referrals with the platforms", "Evidence requests under way"]),
        ("unit", "supervisor", ["Drafts to approve", "Referrals with the platforms"]),
        ("platform", "platform_agent", ["Referrals to answer", "Evidence requests to answer"]),
        ("prosecution", "prosecutor", ["Packages ready to retrieve", "Requests to validate"]),
        ("overseer", "overseer", ["Referrals with the platforms"]),
    ],
)
def test_the_start_page_shows_what_the_seat_works_on(kind, role, titles):
    page = signed_in(factories.organisation(kind), role).get("/")

    assert page.status_code == 200
    for title in titles:
        assert title in page.text


def test_an_administrator_has_a_start_page_too():
    page = signed_in(factories.organisation("unit"), "administrator").get("/")

    assert "Nothing waits for you." in page.text


def test_the_rail_knows_on_which_page_it_stands():
    client = signed_in(factories.organisation("unit"), "officer")

    rail = client.get("/rail", headers={"HX-Current-URL": "http://testserver/referrals/?x=1"})

    assert rail.text.count('aria-current="page"') == 1
    assert 'href="/referrals/" aria-current="page"' in rail.text
    assert "<html" not in rail.text


def test_the_start_page_costs_few_queries(django_assert_max_num_queries):
    client = signed_in(factories.organisation("unit"), "officer")
    client.get("/")

    with django_assert_max_num_queries(12):
        client.get("/")
