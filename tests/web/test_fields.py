"""Legal forms as boxes: what was typed, what is wrong, where the fault leads."""

import json
from html.parser import HTMLParser

import pytest
from django.template import Context, Template

from broker.basics.errors import Invalid
from broker.forms.page import page
from broker.law.form import (
    Audience,
    Cardinality,
    Condition,
    Field,
    FieldType,
    Form,
    FormUse,
    Option,
    Section,
)
from broker.law.words import Text
from broker.web.fields import drawn_field, faults_of, field_id, labels_of, lone

SHOWN = Template('{% load web %}{% include "web/form/sections.html" %}')


def a_form(*fields: Field) -> Form:
    section = Section("B", Text("Targets", "x"), "Annex I", tuple(Audience), fields)
    title = Text("Order", "x")
    return Form("order", FormUse.ORDER, Audience.ISSUER, title, "Annex I", (section,))


def a_field(kind: FieldType, cardinality: Cardinality = Cardinality.ONE, **more) -> Field:
    return Field("B_it", kind, cardinality, Text("The thing", "x"), **more)


def shown(form: Form, values=None, faults=None) -> str:
    return SHOWN.render(Context({"sections": page(form, values, faults=faults)}))


def test_a_fault_leads_to_its_box():
    form = a_form(a_field(FieldType.URL, Cardinality.SOME))
    refusal = Invalid("No.", fields={"B_it.1": ["This is no address."]})

    html = shown(form, {"B_it": ["https://example.org", "nonsense"]}, refusal.fields)
    (fault,) = faults_of(refusal, labels_of(page(form)))

    assert fault.address == "#field-B_it-1"
    assert fault.words == "The thing: This is no address."
    assert 'id="field-B_it-1" name="B_it-1"' in html
    assert 'aria-describedby="field-B_it-1-fault"' in html


def test_names_and_paths_give_the_same_id():
    assert field_id("B1_targets.2.url") == field_id("B1_targets-2-url")


def test_a_list_ends_with_an_empty_row_and_can_grow():
    html = shown(a_form(a_field(FieldType.URL, Cardinality.ANY)), {"B_it": ["https://a.example"]})

    assert 'name="B_it-0" type="url" value="https://a.example"' in html
    assert 'name="B_it-1" type="url" value=""' in html
    assert 'data-more="B_it"' in html


def test_a_field_of_parts_is_a_group_with_a_legend():
    html = shown(a_form(a_field(FieldType.IDENT)), {"B_it": {"type": "ipv4", "value": "192.0.2.1"}})

    assert '<fieldset class="govuk-fieldset field-group" id="field-B_it"' in html
    assert 'name="B_it-value" type="text" value="192.0.2.1"' in html
    assert '<option value="ipv4" selected>' in html


def test_several_choices_are_boxes_to_tick():
    options = (Option("a", Text("First", "x")), Option("b", Text("Second", "x")))
    html = shown(a_form(a_field(FieldType.ENUM, Cardinality.ANY, options=options)), {"B_it": ["b"]})

    assert 'type="checkbox" value="b" checked' in html
    assert 'type="checkbox" value="a">' in html


def test_an_instant_is_typed_in_the_seats_zone():
    (section,) = page(a_form(a_field(FieldType.TIMESTAMP)), {"B_it": "2026-11-24T12:00:00Z"})

    drawn = drawn_field(section.fields[0], zone="Europe/Paris")
    (box,) = drawn.rows[0]

    assert (box.value, box.kind, box.zone) == (
        "2026-11-24T13:00:00",
        "datetime-local",
        "Europe/Paris",
    )


def test_an_instant_nobody_can_read_stays_as_it_was_typed():
    (section,) = page(a_form(a_field(FieldType.TIMESTAMP)), {"B_it": "yesterday"})

    (box,) = drawn_field(section.fields[0]).rows[0]

    assert (box.value, box.kind) == ("yesterday", "text")


def test_a_field_that_applies_sometimes_says_when():
    when = Condition("B_other", ("yes", "maybe"))
    html = shown(a_form(a_field(FieldType.TEXT, Cardinality.OPTIONAL, when=when)))

    assert 'data-when-field="B_other" data-when-any-of="yes maybe"' in html
    assert "(optional)" not in html


def test_optional_is_said_in_words():
    assert "(optional)" in shown(a_form(a_field(FieldType.STR, Cardinality.OPTIONAL)))
    assert "(optional)" not in shown(a_form(a_field(FieldType.STR)))


def test_a_page_may_make_a_field_of_its_own():
    note = lone("note", "text", "Note", value="as typed", faults=["Too long."], required=False)

    html = Template("{% load web %}{% field note %}").render(Context({"note": note}))

    assert ">\nas typed</textarea>" in html
    assert "Too long." in html
    assert 'aria-describedby="field-note-fault"' in html


class _Skeleton(HTMLParser):
    """Elements and the names of their attributes, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.parts: list[tuple] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.parts.append((tag, *sorted({name for name, _ in attrs})))


@pytest.mark.parametrize("kind", [FieldType.STR, FieldType.TEXT, FieldType.URL, FieldType.IDENT])
def test_naughty_strings_change_nothing_but_the_text(shared_data, kind):
    naughty = json.loads((shared_data / "hostile" / "blns" / "blns.json").read_text())
    form = a_form(a_field(kind))

    def skeleton(text: str) -> list[tuple]:
        value = {"value": text} if kind is FieldType.IDENT else text
        return _Skeleton(shown(form, {"B_it": value}, {"B_it": [text]})).parts

    plain = skeleton("plain")
    odd = [text for text in naughty if skeleton(text) != plain]

    assert odd == []


@pytest.mark.parametrize(("value", "ticked"), [(None, []), (True, ["true"]), (False, ["false"])])
def test_a_question_that_must_be_answered_has_a_yes_and_a_no(value, ticked):
    html = shown(a_form(a_field(FieldType.BOOL)), {"B_it": value})

    boxes = [line for line in html.splitlines() if 'type="radio"' in line]
    assert [line.split('value="')[1].split('"')[0] for line in boxes if "checked" in line] == ticked
    assert len(boxes) == 2
