"""The page of the log: what overseers read and keep."""

import pytest
from django.test import Client
from django.urls import reverse

from broker.access.acting import acting
from broker.ledger.append import Event, append
from broker.ledger.models import Entry
from broker.ledger.sequencer import sweep_once
from broker.parties.models import Organisation
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def signed_in(seat: Organisation, role: str) -> Client:
    client = Client()
    client.force_login(factories.officer(seat, role))
    return client


@pytest.fixture
def overseer() -> Organisation:
    return factories.organisation("overseer")


def something_happened(seat: Organisation) -> None:
    with acting(factories.actor(seat, "overseer")) as actor:
        append(Event(verb="test.done", stream=f"org:{seat.party_id}", actor=actor))


def test_an_overseer_reads_the_head_and_keeps_the_checkpoint(overseer):
    client = signed_in(overseer, "overseer")
    something_happened(overseer)
    sweep_once()

    page = client.get(reverse("desk:ledger"))
    kept = client.get(reverse("desk:checkpoint"))

    note = kept.content.decode()
    assert page.context["waiting"] == "0"
    assert note == page.context["newest"].note
    assert note.splitlines()[1] == "1"
    assert "checkpoint-1.txt" in kept.headers["Content-Disposition"]
    assert Entry.objects.filter(verb="checkpoint.downloaded", seq=None).count() == 1


def test_what_waits_for_its_place_is_counted(overseer):
    client = signed_in(overseer, "overseer")
    something_happened(overseer)

    page = client.get(reverse("desk:ledger"))

    assert page.context["waiting"] == "1"
    assert "No checkpoint is signed yet." in page.content.decode()


def test_before_the_first_checkpoint_there_is_none_to_keep(overseer):
    client = signed_in(overseer, "overseer")

    response = client.get(reverse("desk:checkpoint"))

    assert response.status_code == 404
    assert "There is no checkpoint yet." in response.content.decode()


@pytest.mark.parametrize("route", ["desk:ledger", "desk:checkpoint"])
def test_only_who_oversees_reads_the_log(route):
    client = signed_in(factories.organisation("unit"), "officer")

    response = client.get(reverse(route))

    assert response.status_code == 403
    assert "Your seat does not read the log." in response.content.decode()
