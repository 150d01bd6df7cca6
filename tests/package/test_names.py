"""Names that can be kept are kept; all others get one that every system can hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.package.name_register import NameRegister
from evidence.package.names import LONG_NAMES, fault_of, folded, packed_names, stand_in

PART = st.binary(min_size=1, max_size=255).filter(
    lambda raw: b"/" not in raw and b"\x00" not in raw and raw not in (b".", b"..")
)
TRICKY = st.text(
    st.sampled_from(list("aAbé.~2:_\u0301\u00df\u017f\u212b\u1e9e\ufb01ſK\u200b ")),
    min_size=1,
    max_size=8,
).map(str.encode)


@given(st.sets(st.one_of(PART, TRICKY), max_size=30))
def test_any_names_of_one_folder_become_valid_and_different(found):
    found -= {b".", b".."}

    names = packed_names(found)

    register = NameRegister()
    for name in names.values():
        register.add(name)
    assert names.keys() == found


@given(st.sets(PART, max_size=30))
def test_a_name_that_can_be_kept_and_clashes_with_none_is_kept(found):
    names = packed_names(found)

    folds = [folded(name) for name in names.values()]
    assert len(set(folds)) == len(folds)
    for raw, name in names.items():
        if is_valid(raw) and not clashes(raw, found):
            assert name.encode() == raw


def is_valid(raw):
    try:
        return fault_of(raw.decode()) is None
    except UnicodeDecodeError:
        return False


def clashes(raw, found):
    others = (other for other in found - {raw} if is_valid(other))
    return folded(raw.decode()) in {folded(other.decode()) for other in others}


@pytest.mark.parametrize(
    ("found", "packed"),
    [
        ([b"a.b.c", b"A.b.c"], {b"A.b.c": "A.b.c", b"a.b.c": "a.b~2.c"}),
        ([b"x", b"X", b"x~2"], {b"X": "X", b"x": "x~3", b"x~2": "x~2"}),
        ([b".x", b".X"], {b".X": ".X", b".x": "~2.x"}),
        ([b"\xff", b"\xfe"], {b"\xfe": "_", b"\xff": "_~2"}),
        ([b"\xe2\x82"], {b"\xe2\x82": "__"}),
    ],
    ids=["before-the-last-dot", "next-free-number", "hidden", "undecodable", "each-byte"],
)
def test_clashes_are_numbered_before_the_last_dot(found, packed):
    assert packed_names(found) == packed


def test_a_numbered_name_still_fits_in_255_bytes():
    long = b"n" * 255

    names = packed_names([long, b"N" + long[1:]])

    assert sorted(len(name) for name in names.values()) == [255, 255]


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("a//b", "an empty part"),
        ("/a", "an empty part"),
        ("../a", "an empty part"),
        ("a/./b", "an empty part"),
        ("a\\b", "a character"),
        ("a\nb", "a character"),
        ("a\u202eb", "a character"),
        ("a\u2028b", "a character"),
        ("a\ud800b", "a character"),
        ("100%", "a character"),
        ("e\u0301", "the form NFC"),
        ("x" * 256, "a part of more than 255 bytes"),
        ("/".join(["x" * 200] * 6), "more than 1024 bytes"),
    ],
    ids=range(13),
)
def test_what_is_wrong_with_a_path_is_said(path, fault):
    assert fault in fault_of(path)


@pytest.mark.parametrize("path", ["a", "a/b", "é", "a b", "~", "…", "\U0001f600", "x" * 255])
def test_nothing_is_wrong_with_a_plain_path(path):
    assert fault_of(path) is None


def test_a_stand_in_keeps_a_plain_suffix_and_differs_by_path():
    one, two = stand_in(b"deep/" * 300 + b"a.txt"), stand_in(b"deep/" * 300 + b"b.tx\xff")

    assert one.startswith(f"{LONG_NAMES}/")
    assert one.endswith(".txt")
    assert one != two
    assert fault_of(one) is fault_of(two) is None


def test_the_folder_of_stand_ins_is_never_given_away():
    assert packed_names([b"long~names"], taken=[LONG_NAMES]) == {b"long~names": "long~names~2"}
