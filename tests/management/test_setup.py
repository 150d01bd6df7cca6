"""The first unit and its administrator, entered once."""

import io
import re

import pyotp
import pytest
from django.core.management import CommandError, call_command

from broker.ledger.reading import last_seq
from broker.parties.models import KeyHolder, Membership, Officer, Organisation, PartyKey
from tests.factories import PASSWORD

FACTS = {
    "unit": "Unité nationale",
    "country": "fr",
    "zone": "Europe/Paris",
    "username": "admin",
    "name": "Ada",
    "service_number": "FR-1",
    "password_stdin": True,
}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def set_up(monkeypatch, capsys):
    def run(password: str = PASSWORD, **facts: str) -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
        call_command("setup", **{**FACTS, **facts})
        return capsys.readouterr().out

    return run


def test_setup_enters_a_unit_and_shows_a_secret_that_opens_its_account(set_up):
    told = set_up()

    unit, officer = Organisation.objects.get(), Officer.objects.get()
    assert (unit.slug, unit.kind, unit.country) == ("unite-nationale", "unit", "FR")
    roles = set(Membership.objects.values_list("role", flat=True))
    assert roles == {"administrator", "officer"}
    assert officer.check_password(PASSWORD)
    secret = re.search(r"Secret: ([A-Z2-7]{32})", told)[1]
    assert pyotp.TOTP(secret).now() == pyotp.TOTP(officer.totp_secret).now()
    assert "█" in told
    assert PartyKey.objects.get().held == KeyHolder.SERVER
    assert last_seq(f"org:{unit.party_id}") == 1


def test_setup_twice_changes_nothing(set_up):
    set_up()

    with pytest.raises(CommandError, match="set up already"):
        set_up(unit="Another", username="other", service_number="FR-2")

    assert Organisation.objects.count() == 1


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"password": "short"}, "at least 12 characters"),
        ({"zone": "Europe/Atlantis"}, "There is no time zone 'Europe/Atlantis'"),
        ({"country": "FRA"}, "at most 2 characters"),
    ],
)
def test_setup_refuses_wrong_facts_and_enters_nothing(set_up, facts, words):
    with pytest.raises(CommandError, match=words):
        set_up(**facts)

    assert not Organisation.objects.exists()
    assert not Officer.objects.exists()
