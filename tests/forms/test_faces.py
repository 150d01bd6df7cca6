"""What the faces get from a form: the schema, the page, the post, the lines to read."""

import jsonschema
import pytest

from broker.forms.audiences import audience_view, visible_fields
from broker.forms.facts import facts_of, with_facts
from broker.forms.page import page
from broker.forms.posting import from_post
from broker.forms.readable import readable
from broker.forms.sample import sample
from broker.forms.schema import json_schema
from broker.forms.validation import validate, validate_whole
from broker.law import catalogue
from broker.law.form import Audience, Fact

ORDER = catalogue.get("eu-tco-removal-order").form
EPOC = catalogue.get("eu-epoc").form
FORMS = [
    pytest.param(form, id=f"{each.id}-{form.id}")
    for each in catalogue.every()
    for form in each.forms
]


def posted_by(sections):
    """Return the post a browser would send for a page left as it was shown."""
    posted = {}
    for field in (field for section in sections for field in section.fields):
        for box in (box for row in field.rows for box in row.boxes):
            chosen = [choice.code for choice in box.choices if choice.chosen]
            shown = str(box.value).lower() if box.kind == "bool" else str(box.value)
            posted[box.name] = chosen if box.choices else [shown]
    return posted


@pytest.mark.parametrize("form", FORMS)
def test_the_schema_accepts_what_validation_accepts(form):
    schema = json_schema(form)
    jsonschema.Draft202012Validator.check_schema(schema)

    jsonschema.validate(sample(form), schema)

    asked = {field.key for field in form.fields if not field.fact}
    assert set(schema["properties"]) == asked


@pytest.mark.parametrize("form", FORMS)
def test_a_page_that_is_sent_back_untouched_brings_the_same_values(form):
    kept = validate(form, sample(form))

    posted = posted_by(page(form, kept))

    assert validate(form, from_post(form, posted)) == kept


def test_the_schema_knows_conditions():
    schema = json_schema(EPOC)
    values = {**sample(EPOC), "emergency_readdress": True}

    errors = [
        error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(values)
    ]

    assert errors == ["'emergency_readdress_reason' is a required property"]


def test_the_schema_refuses_section_members_that_are_not_there():
    with pytest.raises(jsonschema.ValidationError, match="shoe_size"):
        jsonschema.validate({**sample(EPOC), "shoe_size": 44}, json_schema(EPOC))


def test_the_page_is_grouped_by_section_with_labels_help_and_article():
    sections = {section.id: section for section in page(ORDER, language="fr")}

    grounds = next(field for field in sections["B"].fields if field.key == "B2_grounds")
    assert "A" not in sections
    assert sections["B"].title == "Contenu à retirer ou à bloquer"
    assert grounds.article == "Art. 2(7)"
    assert grounds.help == "Cochez chaque type de contenu concerné."
    assert grounds.rows[0].boxes[0].choices[0].code == "tco_a_incite"


def test_the_page_shows_what_is_wrong_beside_its_box():
    values = {"F1_feedback_contact": {"name": "Duty desk", "email": "nobody"}}
    faults = {"F1_feedback_contact.email": ["It must be an e-mail address."]}

    sections = page(ORDER, values, faults=faults)

    boxes = {
        box.name: box
        for section in sections
        for field in section.fields
        for row in field.rows
        for box in row.boxes
    }
    assert boxes["F1_feedback_contact-email"].faults == ("It must be an e-mail address.",)
    assert boxes["F1_feedback_contact-name"].value == "Duty desk"


def test_a_list_offers_one_empty_row_more_than_it_has():
    sections = page(EPOC, {"identifiers": [{"type": "email", "value": "a@b.example"}]})

    field = next(
        field for section in sections for field in section.fields if field.key == "identifiers"
    )
    names = [row.boxes[1].name for row in field.rows]
    assert names == ["identifiers-0-value", "identifiers-1-value"]


def test_a_post_with_rows_gaps_and_strangers_is_read():
    posted = {
        "csrfmiddlewaretoken": ["x"],
        "identifiers-0-type": ["email"],
        "identifiers-0-value": ["a@b.example"],
        "identifiers-7-type": ["ipv4"],
        "identifiers-7-value": ["192.0.2.1"],
        "identifiers-8-type": [""],
        "data_categories": ["subscriber", "traffic"],
        "service_names-0": ["Example mail"],
        "transfer_party-name": ["Court"],
        "transfer_party-languages": ["fr, de"],
        "issuing_state": ["DE"],
    }

    values = from_post(EPOC, posted)

    assert values == {
        "identifiers": [
            {"type": "email", "value": "a@b.example"},
            {"type": "ipv4", "value": "192.0.2.1"},
        ],
        "data_categories": ["subscriber", "traffic"],
        "service_names": ["Example mail"],
        "transfer_party": {"name": "Court", "languages": ["fr", "de"]},
    }


def test_a_time_typed_without_offset_gets_that_of_its_zone():
    posted = {
        "X3_prior_information_at": ["2026-10-25T12:00"],
        "X3_prior_information_at-zone": ["Europe/Paris"],
    }

    values = from_post(ORDER, posted)

    assert values == {"X3_prior_information_at": "2026-10-25T12:00:00+01:00"}


@pytest.mark.parametrize("zone", ["Mars", "../x", ""])
def test_a_time_in_no_known_zone_stays_as_typed(zone):
    posted = {
        "X3_prior_information_at": ["2026-10-25T12:00"],
        "X3_prior_information_at-zone": [zone],
    }

    assert from_post(ORDER, posted) == {"X3_prior_information_at": "2026-10-25T12:00"}


def test_section_m_never_reaches_the_addressee():
    values = sample(EPOC, whole=True)
    hidden = {"necessity_proportionality", "case_summary", "annex_iv_categories", "ea_additional"}

    shown = audience_view(EPOC, values, Audience.ADDRESSEE)

    assert {"necessity_proportionality", "case_summary"} <= set(values)
    assert not hidden & set(shown)
    assert not hidden & {field.key for field in visible_fields(EPOC, Audience.ADDRESSEE)}
    assert hidden & set(audience_view(EPOC, values, Audience.ENFORCING_AUTHORITY))
    assert "M" not in {part.id for part in readable(EPOC, values, Audience.ADDRESSEE)}


@pytest.mark.parametrize("audience", [Audience.DEFENCE, Audience.PUBLIC])
def test_an_audience_that_is_named_nowhere_sees_nothing(audience):
    assert audience_view(ORDER, sample(ORDER, whole=True), audience) == {}


def test_a_value_without_a_field_is_shown_to_nobody():
    shown = audience_view(ORDER, {"Z9_secret": "x"}, Audience.ISSUER)

    assert shown == {}


def test_facts_complete_a_form():
    facts = {
        Fact.ISSUER_COUNTRY: "FR",
        Fact.ISSUER_NAME: "Example unit",
        Fact.ADDRESSEE: {"name": "Example platform"},
        Fact.ADDRESSEE_CONTACT: "https://platform.example/tco",
        Fact.ADDRESSEE_COUNTRY: "IE",
        Fact.REFERENCE: "R-2345-6789",
        Fact.TARGETS: ["https://platform.example/1", "https://platform.example/2"],
        Fact.ISSUED_AT: "2026-11-24T14:20:00.000000Z",
        Fact.ISSUED_ON: "2026-11-24",
        Fact.SIGNATURE: {"method": "totp", "by": "FR-1001"},
    }

    whole = with_facts(ORDER, validate(ORDER, sample(ORDER)), facts)

    assert validate_whole(ORDER, whole) == whole
    assert whole["B1_targets"] == [
        {"url": "https://platform.example/1"},
        {"url": "https://platform.example/2"},
    ]
    assert set(facts_of(ORDER).values()) == set(facts)


def test_a_fact_the_house_does_not_know_leaves_its_field_out():
    filled = with_facts(ORDER, {"B3_reasons": "x"}, {Fact.ADDRESSEE_COUNTRY: ""})

    assert filled == {"B3_reasons": "x"}


def test_a_form_is_read_in_french():
    values = {
        "issuing_state": "FR",
        "emergency_readdress": True,
        "data_categories": ["subscriber"],
        "identifiers": [{"type": "email", "value": "a@b.example"}],
    }

    parts = readable(EPOC, values, Audience.ADDRESSEE, language="fr")

    lines = {line.key: line for part in parts for line in part.lines}
    assert lines["issuing_state"].values == ("France (FR)",)
    assert lines["emergency_readdress"].values == ("Oui",)
    assert lines["data_categories"].values == ("Données relatives aux abonnés",)
    assert lines["identifiers"].values == ("Adresse électronique; a@b.example",)
    assert [part.id for part in parts] == ["A", "B", "E", "F"]
