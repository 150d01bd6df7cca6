"""The strict reader: what is wrong in a file is refused, with its place and its remedy."""

import subprocess
import sys

import pytest

from broker.law import catalogue, checks
from broker.law.faults import InstrumentError
from broker.law.reader import read_bytes

NAME = "demo-ten-seconds.toml"
BROKEN = [
    ("unknown key", b"demo_only = true", b"demo_onyl = true", "demo_onyl", "not known here"),
    ("missing key", b'effect = "binding"\n', b"", "effect", "The key is missing"),
    ("unknown word", b'"binding"', b'"obligatory"', "effect", "Use one of: voluntary, soft"),
    ("wrong type", b"people = 2", b'people = "2"', "approvals.people", "must be a whole number"),
    ("bool as number", b"people = 2", b"people = true", "approvals.people", "a whole number"),
    ("bad duration", b'"PT10S"', b'"10s"', "clock[comply].duration", "not an ISO 8601 duration"),
    ("mixed duration", b'"PT10S"', b'"P1DT2H"', "clock[comply].duration", "mixes days and hours"),
    ("unknown event", b'["order_received"]', b'["order_read"]', "clock[comply].start[0]", "known"),
    ("rule for days", b'rule = "span"', b'rule = "days"', "clock[comply].rule", "does not count"),
    ("no number", b'duration = "PT10S"\n', b"", "clock[comply].duration", "or is of kind standard"),
    ("no source", b'"clock.comply" = ', b'"clock.other" = ', "source.clock.comply", "no source"),
    ("empty source", b'{ text = "As for a binding order"', b'{ text = " "', "source.", "empty"),
    ("unknown mark", b'order", mark = "design advice"', b'order", mark = "sure"', "mark", "verif"),
    ("form unsourced", b'"form.order" = ', b'"form.x" = ', "source.form.order.A", "no source"),
    ("two outcomes", b'code = "disabled"', b'code = "removed"', "outcome", "given twice"),
    ("one approves", b"people = 2", b"people = 1", "approvals.people", "No approval is left"),
    (
        "both at once",
        b"approve = false",
        b"approve = true",
        "drafter_may_approve",
        "cannot be both",
    ),
    ("type of field", b'type = "text"', b'type = "prose"', "field[A3_reasons].type", "known word"),
    (
        "enum unchosen",
        b'type = "text"',
        b'type = "enum"',
        "A3_reasons].option",
        "belong to an enum",
    ),
    ("key of field", b'"A3_reasons"', b'"A3 reasons"', "A3 reasons", "no plain key"),
    ("two fields", b'"A3_reasons"', b'"A2_targets"', "form[order].field", "given twice"),
    ("example", b'clock = "comply"', b'clock = "comfly"', "example[0].clock", "no such clock"),
    ("no offset", b"14:00:00Z\ndue", b"14:00:00\ndue", "example[0].start", "names no offset"),
    ("alert twice", b'before = "PT5S"', b'before = "PT5S", after = "PT5S"', "alert[0]", "Keep"),
    ("alert repeat", b'before = "PT5S"', b'every = "PT5S"', "alert[0].times", "Give both or"),
    ("bad id", b'id = "demo-ten-seconds"', b'id = "Demo"', "id", "not a plain id"),
    ("wrong version", b"version = 1", b"version = 2", "id", "is called demo-ten-seconds.v2.toml"),
    ("not TOML", b"version = 1", b"version == 1", "(file)", "It is not TOML 1.0"),
    ("not UTF-8", b"version = 1", b"version = 1 # \xff", "(file)", "It is not TOML 1.0"),
    ("not a list", b'seats = ["supervisor", "unit_head"]', b'seats = "judge"', "seats", "a list"),
    ("not a table", b'[languages]\nrule = "any"', b'languages = "any"', "languages", "a table"),
]


@pytest.mark.parametrize(
    ("old", "new", "key", "why"), [each[1:] for each in BROKEN], ids=[each[0] for each in BROKEN]
)
def test_a_broken_instrument_is_refused_with_file_key_and_remedy(demo_toml, old, new, key, why):
    assert demo_toml.count(old)
    broken = demo_toml.replace(old, new, 1)
    if new == b'languages = "any"':
        broken = new + b"\n" + demo_toml.replace(old, b"", 1)

    with pytest.raises(InstrumentError) as error:
        read_bytes(broken, name=NAME)

    assert error.value.file == NAME
    assert key in error.value.key
    assert why in str(error.value)
    assert error.value.remedy


def test_a_condition_must_wait_for_a_field_of_the_form(demo_toml):
    broken = demo_toml.replace(
        b'type = "text", cardinality = "1",',
        b'type = "text", cardinality = "0..1", when = { field = "Z1", any_of = ["true"] },',
    )

    with pytest.raises(InstrumentError, match="waits for a field that is not in the form"):
        read_bytes(broken, name=NAME)


def test_a_clock_that_stands_still_must_be_able_to_go_on(demo_toml):
    broken = demo_toml.replace(b'restart_on = ["grounds_ceased", "clarification_received"]\n', b"")

    with pytest.raises(InstrumentError, match="What stands still must be able to go on"):
        read_bytes(broken, name=NAME)


def test_the_digest_is_that_of_the_bytes(demo_toml):
    first = read_bytes(demo_toml, name=NAME)
    second = read_bytes(demo_toml + b"# a remark\n", name=NAME)

    assert first.sha256 != second.sha256


def test_start_up_stops_at_a_broken_instrument(demo_toml, tmp_path, monkeypatch):
    (tmp_path / NAME).write_bytes(demo_toml.replace(b"version = 1", b"version = 0"))
    found = catalogue.faults(tmp_path)
    monkeypatch.setattr(catalogue, "faults", lambda: found)

    errors = checks.instruments_are_sound()

    assert [error.id for error in errors] == ["broker.law.E001"]
    assert "Versions begin at 1" in errors[0].msg
    assert errors[0].hint == "Write 1 or more."


def test_start_up_stops_without_instruments(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "FOLDER", tmp_path)
    monkeypatch.setattr(catalogue, "faults", list)

    errors = checks.instruments_are_sound()

    assert [error.id for error in errors] == ["broker.law.E002"]


def test_the_instruments_of_the_house_stop_nothing():
    assert checks.instruments_are_sound() == []


def test_the_law_is_read_without_django():
    modules = "catalogue, periods, authority, due, reader"
    code = f"import sys; from broker.law import {modules}; catalogue.house(); print([*sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "'broker.law.catalogue'" in done.stdout
    assert "'django" not in done.stdout
