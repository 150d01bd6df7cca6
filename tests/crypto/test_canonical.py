"""Canonical bytes: one form per value, and nothing else is read."""

import hashlib
import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from broker.basics.errors import Invalid
from broker.crypto.canonical import canonical, commitment, parse_canonical, parse_json, sha256_hex

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NAMES = st.text(st.characters(max_codepoint=127), max_size=10)
SCALARS = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4)
)


def nested(levels):
    return b"[" * levels + b"]" * levels


@given(VALUES)
def test_what_is_written_reads_back_as_the_same_value(value):
    data = canonical(value)

    assert parse_canonical(data) == value
    assert parse_json(data) == value


@given(VALUES)
def test_within_the_profile_the_bytes_are_those_of_rfc_8785(value):
    assert canonical(value) == rfc8785.dumps(value)


@given(st.binary(max_size=40) | TEXTS.map(str.encode))
def test_any_bytes_are_read_or_refused_with_a_remedy(data):
    refusals = []

    for read in (parse_canonical, parse_json):
        try:
            read(data)
        except Invalid as refusal:
            refusals.append(refusal)

    assert all(refusal.what.startswith("The ") and refusal.remedy for refusal in refusals)


@given(VALUES, st.data())
def test_one_changed_byte_never_reads_as_the_same_value(value, data):
    written = bytearray(canonical(value))
    place = data.draw(st.integers(0, len(written) - 1))
    written[place] ^= data.draw(st.integers(1, 255))

    try:
        read = parse_canonical(bytes(written))
    except Invalid:
        return

    assert canonical(read) != canonical(value)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"a":1,"a":2}', 'names the member "a" twice'),
        (b'{"a":{"b":1,"\\u0062":1}}', 'names the member "b" twice'),
        (b'"\\ud800"', "half of a surrogate pair"),
        (b'{"\\udc00":1}', "half of a surrogate pair"),
        (b"1.5", "fraction or exponent"),
        (b"1e2", "fraction or exponent"),
        (b"1.0", "fraction or exponent"),
        (b"9007199254740992", r"beyond 2\^53-1"),
        (b"-9007199254740992", r"beyond 2\^53-1"),
        (b'{"\xc3\xa9":1}', "not ASCII"),
        (nested(17), "deeper than 16 levels"),
        (nested(100_000), "deeper than 16 levels"),
        (b'{"a": 1}', "not in its canonical form"),
        (b'{"b":1,"a":1}', "not in its canonical form"),
        (b'"\\u0041"', "not in its canonical form"),
        (b'"\\/"', "not in its canonical form"),
        (b"-0", "not in its canonical form"),
        (b"1\n", "not in its canonical form"),
        (b"01", "not JSON"),
        (b"", "not JSON"),
        (b"[1,]", "not JSON"),
        (b"9" * 5000, "not JSON"),
        (b"NaN", "without a finite value"),
        (b"\xef\xbb\xbf1", "not JSON"),
        (b'"\xed\xa0\x80"', "not UTF-8"),
        ("1".encode("utf-16"), "not UTF-8"),
    ],
)
def test_bytes_outside_the_profile_are_refused(data, message):
    with pytest.raises(Invalid, match=message):
        parse_canonical(data)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'[{"a":1, "a":1}]', 'names the member "a" twice'),
        (b'"\\udfff"', "half of a surrogate pair"),
        (b'{"\\ud83d":1}', "half of a surrogate pair"),
        (nested(65), "deeper than 64 levels"),
        (b"[1e999]", "without a finite value"),
        (b"[-Infinity]", "without a finite value"),
        (b"\xff", "not UTF-8"),
        (b"{'a':1}", "not JSON"),
    ],
)
def test_open_json_is_refused_where_readers_would_disagree(data, message):
    with pytest.raises(Invalid, match=message):
        parse_json(data)


def test_open_json_may_have_spaces_floats_and_any_names():
    value = parse_json(b' { "\xc3\xa9" : [ 1.50 , -0 ] } \n')

    assert value == {"é": [1.5, 0]}


def test_sixteen_levels_are_canonical_and_sixty_four_can_be_read():
    assert canonical(parse_canonical(nested(16))) == nested(16)
    assert parse_json(nested(64))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({1: "a"}, "not ASCII"),
        ({"a": 1.0}, "fraction or exponent"),
        ([2**53], r"beyond 2\^53-1"),
        ({"a": b"x"}, "type bytes"),
        ({"a": {1, 2}}, "type set"),
        (["\ud800"], "half of a surrogate pair"),
    ],
)
def test_values_outside_the_profile_are_not_written(value, message):
    with pytest.raises(Invalid, match=message):
        canonical(value)


def test_a_value_that_holds_itself_is_refused_as_too_deep():
    value = []
    value.append(value)

    with pytest.raises(Invalid, match="deeper than 16 levels"):
        canonical(value)


def test_a_hostile_member_name_is_told_escaped_and_short():
    name = "<b>\x07" + "x" * 500

    with pytest.raises(Invalid) as refused:
        parse_json(json.dumps({name: 1})[:-1].encode() + b"," + json.dumps({name: 1})[1:].encode())

    assert "\\u0007" in refused.value.what
    assert len(refused.value.what) < 150


def test_commitment_is_the_hash_of_its_parts_as_custody_says():
    salt = bytes(range(32))

    made = commitment("case", salt, b"message")

    assert made == hashlib.sha256(b"custody/v1/case\x00" + salt + b"message").digest()


@pytest.mark.parametrize("salt", [b"", bytes(31), bytes(33)])
def test_commitment_refuses_a_salt_of_another_length(salt):
    with pytest.raises(ValueError, match="salt has 32 bytes"):
        commitment("case", salt, b"")


@pytest.mark.parametrize("tag", ["", "Case", "a\0b", "a/b", "é"])
def test_commitment_refuses_a_tag_that_is_no_word(tag):
    with pytest.raises(ValueError, match="not a lower-case ASCII word"):
        commitment(tag, bytes(32), b"")


def test_sha256_hex_is_lower_case():
    assert sha256_hex(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
