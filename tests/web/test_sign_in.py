"""Signing in: a password, a code that is good once, a seat; and nothing told to strangers."""

import time
from datetime import UTC, datetime
from ipaddress import ip_network

import pyotp
import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from broker.basics.clock import frozen
from broker.basics.errors import NotAllowed
from broker.ledger.models import Entry
from broker.parties.models import Organisation
from broker.web import throttle
from broker.web.proving import address_of
from tests.web.conftest import PASSWORD

NOON = datetime(2026, 11, 24, 12, 0, 10, tzinfo=UTC)
DOOR = "/sign-in/"
CODE = "/sign-in/code/"


def code_at(officer, at=NOON) -> str:
    return pyotp.TOTP(officer.totp_secret).at(at)


def give_password(client: Client, officer, password: str = PASSWORD, **more):
    return client.post(DOOR, {"username": officer.username, "password": password}, **more)


def test_password_and_code_lead_to_the_start_page(client, officer):
    with frozen(NOON):
        step = give_password(client, officer)
        done = client.post(CODE, {"code": code_at(officer)})

    assert (step.status_code, step.headers["Location"]) == (302, CODE)
    assert (done.status_code, done.headers["Location"]) == (302, reverse("desk:home"))
    assert client.get("/").status_code == 200


def test_a_password_alone_opens_nothing(client, officer):
    give_password(client, officer)

    page = client.get("/")

    assert page.headers["Location"] == DOOR


def test_the_same_code_does_not_open_twice(client, officer):
    code = code_at(officer)
    with frozen(NOON):
        give_password(client, officer)
        client.post(CODE, {"code": code})
        second = Client()
        give_password(second, officer)

        again = second.post(CODE, {"code": code})

    assert again.status_code == 422
    assert "This code is not accepted." in again.text or "Enter the six digits" in again.text
    assert second.get("/").status_code == 302


def test_the_code_before_a_used_one_does_not_open(client, officer):
    early = code_at(officer, datetime(2026, 11, 24, 11, 59, 40, tzinfo=UTC))
    with frozen(NOON):
        give_password(client, officer)
        client.post(CODE, {"code": code_at(officer)})
        second = Client()
        give_password(second, officer)

        again = second.post(CODE, {"code": early})

    assert again.status_code == 422


@pytest.mark.parametrize("code", ["", "123", "abcdef", "١٢٣٤٥٦", "12345678901234", "\x00"])
def test_what_is_no_code_is_refused_plainly(client, officer, code):
    give_password(client, officer)

    page = client.post(CODE, {"code": code})

    assert page.status_code == 422
    assert "Enter the six digits your app shows now" in page.text


def test_wrong_password_and_unknown_name_read_the_same(client, officer):
    wrong = give_password(client, officer, "not the password")
    unknown = client.post(DOOR, {"username": "nobody", "password": PASSWORD})

    assert wrong.status_code == unknown.status_code == 422
    for page in (wrong, unknown):
        assert "The name or the password is wrong." in page.text


def test_after_five_failures_even_the_right_password_waits(client, officer):
    for _ in range(5):
        give_password(client, officer, "guess")

    page = give_password(client, officer)

    assert page.status_code == 403
    assert "Too many attempts to sign in." in page.text
    assert "Wait 15 minutes" in page.text


def test_the_door_stays_closed_for_the_time_it_names(client, officer, monkeypatch):
    for _ in range(5):
        give_password(client, officer, "guess")
    later = time.time() + 14 * 60
    monkeypatch.setattr("django.core.cache.backends.filebased.time.time", lambda: later)

    page = give_password(client, officer)

    assert "Too many attempts to sign in." in page.text


def test_attempts_made_at_the_same_moment_each_count(client, officer):
    limits = throttle.limits("ada", "198.51.100.7")
    for _ in range(5):
        throttle.take_turn(limits)

    with pytest.raises(NotAllowed, match="Too many attempts"):
        throttle.take_turn(limits)


def test_a_flood_of_names_does_not_push_a_count_out(client, officer):
    for _ in range(5):
        give_password(client, officer, "guess")
    for number in range(400):
        cache.set(f"flood.{number}", 1)

    page = give_password(client, officer)

    assert "Too many attempts to sign in." in page.text


def test_a_good_sign_in_uses_no_attempt_up(client, officer):
    for _ in range(6):
        assert give_password(Client(), officer).status_code == 302


@pytest.mark.parametrize(
    ("peer", "named", "address"),
    [
        ("198.51.100.7", "203.0.113.9", "198.51.100.7"),
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "8.8.8.8, 203.0.113.9, 10.0.0.4", "203.0.113.9"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "10.0.0.4", "10.0.0.4"),
        ("127.0.0.1", "unknown", "unknown"),
    ],
)
def test_only_a_trusted_proxy_is_believed_where_it_came_from(rf, settings, peer, named, address):
    settings.TRUSTED_PROXIES = [ip_network("127.0.0.1"), ip_network("10.0.0.0/24")]

    request = rf.get("/", REMOTE_ADDR=peer, headers={"X-Forwarded-For": named})

    assert address_of(request) == address


def test_a_stranger_elsewhere_does_not_lock_the_officer_out(client, officer):
    for _ in range(5):
        give_password(client, officer, "guess", REMOTE_ADDR="198.51.100.7")

    page = give_password(client, officer)

    assert page.status_code == 302


def test_codes_cannot_be_guessed_one_after_the_other(client, officer):
    give_password(client, officer)
    for _ in range(5):
        client.post(CODE, {"code": "000000"})

    with frozen(NOON):
        page = client.post(CODE, {"code": code_at(officer)})

    assert page.status_code in {302, 403}
    assert client.get("/").status_code == 302


def test_a_proven_password_is_forgotten_after_five_minutes(client, officer):
    with frozen(NOON):
        give_password(client, officer)

    with frozen(NOON.replace(minute=6)):
        page = client.post(CODE, {"code": code_at(officer, NOON.replace(minute=6))})

    assert page.headers["Location"] == DOOR


def test_the_session_gets_a_new_key(client, officer):
    client.get(DOOR)
    with frozen(NOON):
        give_password(client, officer)
        before = client.session.session_key
        client.post(CODE, {"code": code_at(officer)})

    assert client.session.session_key != before


def test_sign_in_and_sign_out_are_written_to_the_log_of_the_unit(client, officer, unit):
    with frozen(NOON):
        give_password(client, officer)
        client.post(CODE, {"code": code_at(officer)})
    client.post("/sign-out/")

    written = Entry.objects.filter(stream=f"org:{unit.party_id}").order_by("seq")

    assert [entry.verb for entry in written] == ["officer.signed_in", "officer.signed_out"]


def test_sign_out_asks_for_a_post(inside):
    page = inside.get("/sign-out/")

    assert page.status_code == 405
    assert inside.get("/").status_code == 200


def test_a_visitor_comes_back_to_the_page_they_wanted(client, officer):
    with frozen(NOON):
        step = client.post(
            f"{DOOR}?next=/seat/", {"username": officer.username, "password": PASSWORD}
        )
        done = client.post(step.headers["Location"], {"code": code_at(officer)})

    assert done.headers["Location"] == "/seat/"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"],
)
def test_nobody_is_sent_to_another_house(client, officer, elsewhere):
    with frozen(NOON):
        give_password(client, officer)
        done = client.post(CODE, {"code": code_at(officer)}, QUERY_STRING=f"next={elsewhere}")

    assert done.headers["Location"] == "/"


def test_an_officer_of_two_organisations_chooses_a_seat(client, seated, unit):
    other = Organisation.objects.create(
        slug="parquet", name="Parquet de Paris", kind="prosecution", zone="Europe/Paris"
    )
    client.force_login(seated(unit, other))

    sent = client.get("/")
    client.post("/seat/", {"organisation": other.party_id})
    page = client.get("/")

    assert sent.headers["Location"] == "/seat/"
    assert "Parquet de Paris" in page.text


def test_nobody_takes_a_seat_that_is_not_theirs(client, seated, unit):
    others = [
        Organisation.objects.create(slug=f"o{n}", name=f"Other {n}", kind="unit") for n in (1, 2)
    ]
    client.force_login(seated(unit, others[0]))

    page = client.post("/seat/", {"organisation": others[1].party_id})

    assert page.status_code == 422
    assert "Choose one of your organisations." in page.text


def test_an_officer_without_a_seat_is_told_whom_to_ask(client, seated):
    client.force_login(seated())

    page = client.get("/")

    assert page.status_code == 403
    assert "Ask the administrator of your organisation for a seat." in page.text


def test_a_frozen_organisation_opens_no_page(inside, unit):
    unit.frozen_at = NOON
    unit.save()

    page = inside.get("/")

    assert page.status_code == 403
    assert "You hold no seat in this organisation." in page.text


@pytest.mark.parametrize("secret", ["", "short", "not base32!"])
def test_an_officer_without_a_good_secret_cannot_sign_in(client, officer, secret):
    officer.totp_secret = secret
    officer.save()
    give_password(client, officer)

    page = client.post(CODE, {"code": "123456"})

    assert page.status_code == 422
