"""XAES-256-GCM against its published vectors, and what must not open."""

import pytest

from broker.basics.errors import DigestMismatch
from broker.seals.cipher import DataKey

NONCE = b"ABCDEFGHIJKLMNOPQRSTUVWX"


@pytest.mark.parametrize(
    ("key", "context", "expected"),
    [
        (b"\x01" * 32, b"", "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271"),
        (
            b"\x03" * 32,
            b"c2sp.org/XAES-256-GCM",
            "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d",
        ),
    ],
)
def test_the_published_vectors_hold(key, context, expected):
    sealed = DataKey(key).seal_with(NONCE, b"XAES-256-GCM", context=context)

    assert sealed == NONCE + bytes.fromhex(expected)


def test_what_is_sealed_opens_with_the_same_key_and_context():
    key = DataKey(bytes(32))

    sealed = key.seal(b"narrative", context=b"here")

    assert key.open(sealed, context=b"here") == b"narrative"
    assert len(sealed) == len(b"narrative") + 40


def test_the_same_text_never_seals_to_the_same_bytes():
    key = DataKey(bytes(32))

    assert key.seal(b"narrative", context=b"") != key.seal(b"narrative", context=b"")


@pytest.mark.parametrize("place", [0, 23, 24, -1])
def test_a_changed_byte_does_not_open(place):
    sealed = bytearray(DataKey(bytes(32)).seal(b"narrative", context=b""))
    sealed[place] ^= 1

    with pytest.raises(DigestMismatch, match="The sealed bytes do not open"):
        DataKey(bytes(32)).open(bytes(sealed), context=b"")


@pytest.mark.parametrize("sealed", [b"", bytes(23), bytes(24), bytes(39)])
def test_too_few_bytes_do_not_open(sealed):
    with pytest.raises(DigestMismatch, match="The sealed bytes do not open"):
        DataKey(bytes(32)).open(sealed, context=b"")


def test_a_key_of_another_length_is_refused():
    with pytest.raises(ValueError, match="A data key has 32 bytes, not 16"):
        DataKey(bytes(16))
