"""What may be kept of a form: wrong fields are refused by name, good values kept unchanged."""

import copy
import json

import pytest

from broker.basics.errors import Invalid, TooLarge
from broker.crypto.canonical import canonical
from broker.forms.sample import sample
from broker.forms.validation import validate, validate_whole
from broker.law import catalogue

ORDER = catalogue.get("eu-tco-removal-order").form
EPOC = catalogue.get("eu-epoc").form
FORMS = [
    pytest.param(form, id=f"{each.id}-{form.id}")
    for each in catalogue.every()
    for form in each.forms
]


def faults_of(form, values, **changes):
    with pytest.raises(Invalid) as refusal:
        validate(form, {**values, **changes})
    return refusal.value.fields


@pytest.mark.parametrize("form", FORMS)
def test_a_form_filled_from_its_definition_is_accepted_and_stays_itself(form):
    kept = validate(form, sample(form))

    assert validate(form, kept) == kept
    assert json.loads(canonical(kept)) == kept


@pytest.mark.parametrize("form", FORMS)
def test_a_whole_form_is_accepted_only_with_what_the_house_fills_in(form):
    whole = sample(form, whole=True)
    facts = [field.key for field in form.fields if field.fact and field.key in whole]

    kept = validate_whole(form, whole)

    assert set(kept) == set(whole)
    for key in facts:
        without = {each: value for each, value in whole.items() if each != key}
        with pytest.raises(Invalid, match="is missing"):
            validate_whole(form, without)


@pytest.mark.parametrize("form", FORMS)
def test_every_required_field_that_is_missing_is_named_with_its_article(form):
    required = [field for field in form.fields if field.cardinality.is_required and not field.fact]

    if not required:
        assert validate(form, {}) == {}
        return
    found = faults_of(form, {})

    assert set(found) == {field.key for field in required}
    for field in required:
        article = field.article or form.section_of(field.key).article
        assert found[field.key] == [f"{field.label.en} ({article}) is missing."]


@pytest.mark.parametrize("form", FORMS)
def test_every_field_refuses_what_is_not_of_its_type(form):
    asked = [field for field in form.fields if not field.fact]

    for field in asked:
        wrong = {"neither": "text nor number"}
        value = [wrong] if field.cardinality.is_list else wrong
        with pytest.raises(Invalid) as refusal:
            validate(form, {field.key: value}, draft=True)

        assert any(path.split(".")[0] == field.key for path in refusal.value.fields)


def test_a_draft_may_lack_fields_but_none_may_be_wrong():
    assert validate(ORDER, {"B3_reasons": "Because."}, draft=True) == {"B3_reasons": "Because."}

    with pytest.raises(Invalid, match="1 field is not right") as refusal:
        validate(ORDER, {"E8_email": "nobody"}, draft=True)

    assert "E8_email" in refusal.value.fields


def test_an_unknown_field_is_refused_by_name():
    found = faults_of(ORDER, sample(ORDER), Z9_shoe_size="44")

    assert found == {"Z9_shoe_size": ["The form Removal order has no such field."]}


def test_what_the_house_fills_in_is_not_taken_from_anyone():
    found = faults_of(ORDER, sample(ORDER), A6_reference="R-MINE")

    assert "The broker fills in Reference number of the order" in found["A6_reference"][0]


def test_a_field_becomes_required_when_its_condition_holds():
    values = {**sample(ORDER), "X2_prior_information": "waived"}

    found = faults_of(ORDER, values)

    assert found == {"X4_waiver_reason": ["Why it was an emergency (Art. 3(2)) is missing."]}


def test_traffic_data_needs_the_ground_that_allows_it():
    values = {**sample(EPOC), "data_categories": ["subscriber", "traffic"]}

    found = faults_of(EPOC, values)

    assert set(found) == {"tier2_ground"}
    assert "(Art. 5(4))" in found["tier2_ground"][0]


def test_spaces_are_no_answer_to_a_required_field():
    found = faults_of(ORDER, sample(ORDER), B3_reasons=" \n\t")

    assert found == {"B3_reasons": ["Reasons in detail (Art. 3(4)(b)) is missing."]}


@pytest.mark.parametrize(
    ("key", "value", "path", "message"),
    [
        ("E8_email", "a@b", "E8_email", "an e-mail address"),
        ("G3_provisions", "javascript:alert(1)", "G3_provisions", "a web address"),
        ("G3_provisions", "https://[::1", "G3_provisions", "a web address"),
        ("G3_provisions", "https://law.example/a b", "G3_provisions", "a web address"),
        ("B2_grounds", ["tco_a_incite", "because"], "B2_grounds.1", "one of: tco_a_incite"),
        ("B2_grounds", ["tco_a_incite"] * 2, "B2_grounds", "given twice"),
        ("C1_no_disclosure", "perhaps", "C1_no_disclosure", "true or false"),
        ("C1_no_disclosure", 1, "C1_no_disclosure", "true or false"),
        ("X3_prior_information_at", "2026-11-24T14:20", "X3_prior_information_at", "its offset"),
        ("F1_feedback_contact", {"phone": "1"}, "F1_feedback_contact.name", "Name is missing"),
        ("F1_feedback_contact", {"name": "A", "shoe": 1}, "F1_feedback_contact.shoe", "not known"),
        ("F1_feedback_contact", {"name": "A", "email": "x"}, "F1_feedback_contact.email", "e-mail"),
        ("F1_feedback_contact", 7, "F1_feedback_contact", "an object with: name"),
        ("G2_deadline", {"length": "soon", "starting_from": "x"}, "G2_deadline", "ISO 8601"),
        ("E4_file_number", "x" * 501, "E4_file_number", "501 characters; at most 500"),
        ("E4_file_number", 12, "E4_file_number", "must be text"),
        ("B3_reasons", "a\x00b", "B3_reasons", "holds a NUL character"),
        ("B3_reasons", "a\ud800b", "B3_reasons", "lone surrogate"),
        ("B3_reasons", ["one", "two"], "B3_reasons", "must be text"),
    ],
)
def test_a_wrong_value_of_the_removal_order_is_refused_with_its_reason(key, value, path, message):
    found = faults_of(ORDER, sample(ORDER), **{key: value})

    assert list(found) == [path]
    assert message in found[path][0]


@pytest.mark.parametrize(
    ("key", "value", "path", "message"),
    [
        (
            "f_range",
            [{"from": "2026-02-01T00:00Z", "to": "2026-01-01T00:00Z"}],
            "f_range.0",
            "ends",
        ),
        ("f_range", [{"from": "yesterday"}], "f_range.0.from", "an instant"),
        (
            "identifiers",
            [{"type": "ipv4", "value": "::1"}],
            "identifiers.0",
            "not of the kind ipv4",
        ),
        (
            "identifiers",
            [{"type": "ip_range", "value": "10.0.0.9-10.0.0.1"}],
            "identifiers.0",
            "ip_",
        ),
        (
            "identifiers",
            [{"type": "ip_block", "value": "10.0.0.0/99"}],
            "identifiers.0",
            "ip_block",
        ),
        ("identifiers", [{"type": "shoe", "value": "44"}], "identifiers.0.type", "one of: ipv4"),
        ("identifiers", [{"type": "email"}], "identifiers.0.value", "Identifier is missing"),
        ("issuing_state", "FR", "issuing_state", "The broker fills in"),
        ("prior_issue_date", "2026-02-30", "prior_issue_date", "a date such as"),
        ("prior_issue_date", "20260228", "prior_issue_date", "a date such as"),
        ("service_names", ["x"] * 201, "service_names", "201 entries; at most 200"),
        (
            "encryption_public_key",
            {"name": "k", "sha256": "ABC"},
            "encryption_public_key",
            "64 hexadecimal",
        ),
    ],
)
def test_a_wrong_value_of_the_epoc_is_refused_with_its_reason(key, value, path, message):
    found = faults_of(EPOC, sample(EPOC), **{key: value})

    assert list(found) == [path]
    assert message in found[path][0]


def test_values_are_kept_in_one_form():
    kept = validate(
        EPOC,
        {
            **sample(EPOC),
            "identification_time_range": [{"from": "2026-11-24T14:20:00+01:00"}],
            "emergency_readdress": "off",
            "transfer_party": "Court of Example",
            "service_names": ["", "Example mail", ""],
            "sub_identity": "on",
            "f_limits": "",
        },
    )

    assert kept["identification_time_range"] == [{"from": "2026-11-24T13:20:00.000000Z"}]
    assert kept["emergency_readdress"] is False
    assert kept["transfer_party"] == {"name": "Court of Example"}
    assert kept["service_names"] == ["Example mail"]
    assert kept["sub_identity"] is True
    assert "f_limits" not in kept


def test_what_was_submitted_is_not_changed():
    values = sample(EPOC)
    before = copy.deepcopy(values)

    validate(EPOC, values)

    assert values == before


def test_a_form_over_a_megabyte_is_refused():
    with pytest.raises(TooLarge, match=r"The form has \d+ bytes"):
        validate(ORDER, {"B3_reasons": "x" * 1_000_001}, draft=True)


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes"])
def test_what_is_no_json_is_refused(value):
    with pytest.raises(Invalid, match="The form is not JSON"):
        validate(ORDER, {"B3_reasons": value}, draft=True)
