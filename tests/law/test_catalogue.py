"""The instruments of the house: sound, open or closed, and with the terms the law gives them."""

import pytest

from broker.access.roles import Role
from broker.basics.errors import NotFound, WrongState
from broker.law import catalogue
from broker.law.catalogue import Catalogue
from broker.law.form import Audience, Cardinality
from broker.law.reader import read_bytes
from broker.law.terms import Status
from broker.parties.models import OrganisationKind

EVERY = [pytest.param(each, id=each.id) for each in catalogue.every()]


def test_the_house_has_the_instruments_of_today():
    ids = {each.id for each in catalogue.every()}

    assert ids >= {
        "eu-iru-referral",
        "eu-tco-removal-order",
        "policy-two-hours",
        "demo-ten-seconds",
        "eu-epoc",
    }


@pytest.mark.parametrize("instrument", EVERY)
def test_every_seat_an_instrument_names_is_a_seat_of_the_house(instrument):
    alerted = {seat for clock in instrument.clocks for rung in clock.alerts for seat in rung.who}
    named = {*instrument.issuers.seats, *instrument.approvals.seats, *alerted}

    assert named <= set(Role)


@pytest.mark.parametrize("instrument", EVERY)
def test_every_kind_of_organisation_an_instrument_names_is_known(instrument):
    named = {*instrument.issuers.organisation_kinds, *instrument.addressee.organisation_kinds}

    assert named <= set(OrganisationKind.values)


@pytest.mark.parametrize("instrument", EVERY)
def test_every_clock_has_an_example_unless_it_has_no_number(instrument):
    shown = {example.clock for example in instrument.examples}

    assert {clock.id for clock in instrument.clocks if clock.duration} <= shown


@pytest.mark.parametrize("instrument", EVERY)
def test_titles_and_labels_are_given_in_both_languages(instrument):
    texts = [instrument.title, instrument.legal_basis]
    texts += [field.label for form in instrument.forms for field in form.fields]

    assert all(text.en.strip() and text.fr.strip() for text in texts)


def test_the_removal_order_has_the_fields_that_annex_i_counts():
    form = catalogue.get("eu-tco-removal-order").form
    asked = [field for section in form.sections if section.id != "X" for field in section.fields]

    mandatory = [field for field in asked if field.cardinality.is_required]
    others = [field for field in asked if not field.cardinality.is_required]

    assert len(mandatory) == 22
    assert [field.key for field in others] == [
        "C1_no_disclosure",
        "D1_other_state",
        "D2_copy_sent",
        "E7_fax",
        "F2_home_authority",
    ]


def test_the_removal_order_asks_two_people_and_the_drafter_is_not_the_second():
    approvals = catalogue.get("eu-tco-removal-order").approvals

    assert (approvals.people, approvals.needed, approvals.drafter_may_approve) == (2, 1, False)


def test_the_removal_orders_hour_begins_anew_after_grounds_and_clarification():
    clock = catalogue.get("eu-tco-removal-order").clock("comply")

    assert clock.restart_on == ("grounds_ceased", "clarification_received")
    assert clock.asking_back == "restart"


def test_section_m_of_the_epoc_is_for_the_authorities_alone():
    form = catalogue.get("eu-epoc").form
    keys = [field.key for section in form.sections if section.id == "M" for field in section.fields]

    seen_by = {audience for key in keys for audience in form.audiences(key)}

    assert keys == [
        "necessity_proportionality",
        "case_summary",
        "annex_iv_categories",
        "ea_additional",
    ]
    assert seen_by == {Audience.ISSUER, Audience.ENFORCING_AUTHORITY}


def test_the_epoc_has_every_section_and_every_clock():
    instrument = catalogue.get("eu-epoc")

    lengths = {clock.id: str(clock.duration) for clock in instrument.clocks}

    assert [section.id for section in instrument.form.sections] == list("ABCDEFGHIJKLM")
    assert lengths == {
        "prove_receipt": "PT15M",
        "produce": "P10D",
        "produce_emergency": "PT8H",
        "ea_review": "P10D",
        "ea_review_emergency": "PT96H",
        "clarify": "P5D",
        "validate_ex_post": "PT48H",
        "object": "P10D",
    }


def test_demo_instruments_are_unknown_in_production():
    ids = {each.id for each in catalogue.open_for_new_cases("production")}

    assert "demo-ten-seconds" not in ids
    assert "demo-ten-seconds" in {each.id for each in catalogue.open_for_new_cases("demo")}
    with pytest.raises(NotFound, match="There is no instrument demo-ten-seconds"):
        catalogue.require_open("demo-ten-seconds", "production")


def test_an_unknown_instrument_is_refused_with_the_ids_there_are():
    with pytest.raises(NotFound, match="There is no instrument eu-tco") as refusal:
        catalogue.get("eu-tco")

    assert "eu-tco-removal-order" in refusal.value.why


def test_an_unknown_clock_is_refused_with_the_clocks_there_are():
    words = r"has no clock called 'hurry'\. It has: prove_receipt, comply, preserve"

    with pytest.raises(NotFound, match=words):
        catalogue.get("eu-tco-removal-order").clock("hurry")


@pytest.mark.parametrize("status", [Status.REPEALED, Status.DISABLED, Status.NOT_IN_FORCE])
def test_an_instrument_that_is_not_in_force_takes_no_new_case(status, demo_toml):
    data = demo_toml.replace(b'status = "in_force"', f'status = "{status}"'.encode())
    closed = Catalogue((read_bytes(data, name="demo-ten-seconds.toml"),))

    with pytest.raises(WrongState, match="No new case can begin under demo-ten-seconds"):
        closed.require_open("demo-ten-seconds", "demo")

    assert closed.open_for_new_cases("demo") == ()
    assert closed.get("demo-ten-seconds").status is status


def test_a_case_finds_the_very_version_it_was_opened_under(demo_toml):
    first = read_bytes(demo_toml, name="demo-ten-seconds.toml")
    amended = demo_toml.replace(b"version = 1", b"version = 2")
    second = read_bytes(amended, name="demo-ten-seconds.v2.toml")
    both = Catalogue((first, second))

    found = both.by_digest("demo-ten-seconds", first.sha256)

    assert found.version == 1
    assert both.current("demo-ten-seconds").version == 2
    with pytest.raises(NotFound, match="No version of demo-ten-seconds has the digest 0000"):
        both.by_digest("demo-ten-seconds", "0" * 64)


def test_cardinality_says_what_is_required_and_what_is_a_list():
    required = {each for each in Cardinality if each.is_required}

    assert required == {Cardinality.ONE, Cardinality.SOME}
    assert {each for each in Cardinality if each.is_list} == {Cardinality.ANY, Cardinality.SOME}
