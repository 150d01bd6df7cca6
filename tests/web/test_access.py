"""Who may open a page, and what a refusal looks like when it is one."""

import logging

import pytest
from django.test import Client

from tests.web import pages

pytestmark = pytest.mark.urls("tests.web.pages")

STATUS = {
    "invalid": 422,
    "unauthenticated": 403,
    "not-allowed": 403,
    "not-found": 404,
    "wrong-state": 409,
    "conflict": 409,
    "too-large": 413,
    "digest-mismatch": 422,
    "expired": 410,
    "unavailable": 503,
}


def test_a_page_gets_the_actor_in_their_seat(inside, unit):
    page = inside.get("/saying/")

    assert page.text == f"{unit.party_id} officer portal"
    assert page.headers["Cache-Control"] == "private, no-store"


def test_a_stranger_is_sent_to_the_door_and_back(client, db):
    page = client.get("/saying/?x=1")

    assert page.headers["Location"] == "/sign-in/?next=%2Fsaying%2F%3Fx%3D1"


def test_a_part_asked_for_by_htmx_sends_the_whole_page_to_the_door(client, db):
    page = client.get("/saying/", headers={"HX-Request": "true"})

    assert (page.status_code, page.headers["HX-Redirect"]) == (204, "/sign-in/")


def test_an_officer_who_was_closed_out_is_a_stranger(inside, officer):
    officer.is_active = False
    officer.save()

    assert inside.get("/saying/").headers["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("kind", sorted(pages.KINDS))
def test_every_kind_of_refusal_says_what_why_and_what_to_do(inside, kind, caplog):
    with caplog.at_level(logging.WARNING, "broker.web"):
        page = inside.get(f"/refusing/{kind}/")

    assert page.status_code == STATUS[kind]
    for words in ("It was refused.", "Because of the test.", "Try something else."):
        assert words in page.text
    assert f"page.refused kind={kind} status={STATUS[kind]} method=GET" in caplog.text


def test_a_refusal_is_escaped_and_not_logged(inside, caplog):
    page = inside.get("/refusing/conflict/", {"said": "<script>alert(1)</script>"})

    assert "<script>alert(1)" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text
    assert "alert" not in caplog.text


def test_a_refusal_within_a_page_is_a_notice_for_htmx(inside):
    page = inside.get("/refusing/wrong-state/", headers={"HX-Request": "true"})

    assert page.status_code == 409
    assert (page.headers["HX-Retarget"], page.headers["HX-Reswap"]) == ("#refusal", "innerHTML")
    assert "<html" not in page.text
    assert "It was refused." in page.text


def test_a_public_page_refuses_in_the_same_words(client, db):
    page = client.get("/open/")

    assert page.status_code == 410
    assert "The link has expired." in page.text
    assert pages.open_door.asks_for == "nobody"
    assert pages.open_door.public_because == "a test needs an open door"


@pytest.mark.parametrize("path", ["/nothing/", "/referrals/R-0000/nothing"])
def test_an_address_without_a_page_says_nothing_more(inside, client, path):
    signed_in = inside.get(path)
    stranger = Client().get(path)

    for page in (signed_in, stranger):
        assert page.status_code == 404
        assert "It does not exist, or it belongs to somebody else." in page.text


def test_a_fault_of_ours_is_not_shown(inside):
    inside.raise_request_exception = False

    page = inside.get("/breaking/")

    assert page.status_code == 500
    assert "a secret of the house" not in page.text
    assert "tell the operator the time it happened" in page.text


def test_a_form_without_its_token_changes_nothing(officer, caplog):
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(officer)

    page = careful.post("/sign-out/")

    assert page.status_code == 403
    assert "This form was not accepted and nothing was changed." in page.text
    assert careful.get("/saying/").status_code == 200
    assert "page.refused kind=not-allowed" in caplog.text


def test_a_request_for_another_host_is_a_plain_page(db):
    page = Client(headers={"host": "evil.example"}).get("/sign-in/")

    assert page.status_code == 400
    assert "This request cannot be read." in page.text
    assert "evil.example" not in page.text


def test_no_page_runs_or_styles_anything_inline(inside):
    page = inside.get("/")

    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for forbidden in ("<style", " style=", "<script>", " onclick=", "javascript:"):
        assert forbidden not in page.text
