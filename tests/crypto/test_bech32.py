"""Bech32: the valid and invalid examples of BIP 173, and every length."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.crypto import bech32


@given(st.binary(max_size=1300))
def test_any_bytes_come_back(data):
    assert bech32.decode(bech32.encode("age", data)) == ("age", data)


@pytest.mark.parametrize(
    "text",
    ["A12UEL5L", "a12uel5l", "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw"],
)
def test_the_valid_examples_of_bip_173_are_read(text):
    prefix, _ = bech32.decode(text)

    assert text.startswith(prefix)


@pytest.mark.parametrize(
    "text",
    [
        "pzry9x0s0muk",
        "1pzry9x0s0muk",
        "x1b4n0q5v",
        "li1dgmt3",
        "A1G7SGD8",
        "10a06t8",
        "1qzzfhee",
        "A12uEL5L",
        "",
        "1",
        "é12uel5l",
    ],
)
def test_what_is_not_bech32_is_refused(text):
    with pytest.raises(bech32.Bech32Error):
        bech32.decode(text)


@given(st.binary(min_size=32, max_size=32), st.integers(4, 60), st.integers(1, 31))
def test_one_changed_letter_is_always_noticed(data, place, shift):
    text = bech32.encode("age", data)
    letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    other = letters[(letters.index(text[place]) + shift) % 32]

    with pytest.raises(bech32.Bech32Error):
        bech32.decode(text[:place] + other + text[place + 1 :])
