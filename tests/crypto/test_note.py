"""Signed notes: the published example, and signatures that must not count."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.crypto import keys
from broker.crypto.note import (
    COSIGNATURE,
    LOG,
    Checkpoint,
    NoteError,
    NoteKey,
    Vkey,
    open_note,
    parse_vkey,
    sign_note,
    signature_line,
    vkey,
)

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ORIGIN = "broker.example/log"
ROOT = bytes(range(32))
LOG_KEY = NoteKey(ORIGIN, keys.generate("ed25519"))
WITNESS = NoteKey("witness.example/w1", keys.generate("ed25519"), COSIGNATURE)
PROMISER = NoteKey(f"{ORIGIN}/promise", keys.generate("ed25519"))
CHECKPOINT = Checkpoint(ORIGIN, 20852163, ROOT)

# The example of C2SP signed-note.
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq"
    "6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
LINES = st.text(
    st.characters(exclude_categories=["Cs"], min_codepoint=32) | st.just("\n"), max_size=80
)


def line_of(name, data):
    return f"— {name} {base64.b64encode(data).decode()}\n"


def test_the_published_example_verifies():
    key = parse_vkey(EXAMPLE_KEY)

    note = open_note(EXAMPLE, [key])

    assert note.text == "This is an example message.\n"
    assert [signed.vkey for signed in note.verified] == [key]
    assert str(key) == EXAMPLE_KEY


@given(LINES)
def test_any_text_comes_back_from_its_note(text):
    text += "\n"

    note = open_note(sign_note(text, LOG_KEY, PROMISER), [LOG_KEY.verifier()])

    assert note.text == text
    assert [signed.timestamp for signed in note.verified] == [None]


@given(st.data())
def test_a_note_with_one_changed_character_is_refused(data):
    note = sign_note(CHECKPOINT.text(), LOG_KEY)
    place = data.draw(st.integers(0, len(note) - 1))
    char = data.draw(st.characters(min_codepoint=32, max_codepoint=126).filter(note[place].__ne__))

    with pytest.raises(NoteError):
        open_note(note[:place] + char + note[place + 1 :], [LOG_KEY.verifier()])


def test_a_cosignature_says_its_time_and_covers_it():
    note = sign_note(CHECKPOINT.text(), LOG_KEY, WITNESS, at=NOON)
    moved = WITNESS.verifier().id + int(NOON.timestamp() + 1).to_bytes(8)
    line = note.splitlines()[-1]
    signature = base64.b64decode(line.split(" ")[2])[12:]
    forged = note.replace(line + "\n", line_of(WITNESS.name, moved + signature))

    opened = open_note(note, [LOG_KEY.verifier(), WITNESS.verifier()])

    assert [signed.timestamp for signed in opened.verified] == [None, int(NOON.timestamp())]
    with pytest.raises(NoteError, match=r"in the name of witness\.example/w1 does not verify"):
        open_note(forged, [LOG_KEY.verifier(), WITNESS.verifier()])


def test_a_cosignature_is_made_as_c2sp_says():
    line = signature_line(CHECKPOINT.text(), WITNESS, at=NOON)

    data = base64.b64decode(line.split(" ")[2])
    message = f"cosignature/v1\ntime {int(NOON.timestamp())}\n{CHECKPOINT.text()}".encode()
    assert len(data) == 4 + 8 + 64
    assert WITNESS.key.public().verify(data[12:], message)


def test_signatures_of_strangers_are_ignored_even_under_a_known_name():
    stranger = NoteKey(ORIGIN, keys.generate("ed25519"))
    note = sign_note("text\n", stranger, LOG_KEY)

    opened = open_note(note, [LOG_KEY.verifier()])

    assert [signed.vkey for signed in opened.verified] == [LOG_KEY.verifier()]


def test_a_note_without_a_known_signature_is_refused():
    note = sign_note("text\n", LOG_KEY)

    with pytest.raises(NoteError, match="not signed by any key that is trusted"):
        open_note(note, [WITNESS.verifier()])
    with pytest.raises(NoteError, match="not signed by any key that is trusted"):
        open_note(note, [])


def test_one_failing_signature_of_a_known_key_refuses_the_whole_note():
    note = sign_note("text\n", LOG_KEY) + line_of(ORIGIN, LOG_KEY.verifier().id + bytes(64))

    with pytest.raises(NoteError, match=f"in the name of {ORIGIN} does not verify"):
        open_note(note, [LOG_KEY.verifier()])


@pytest.mark.parametrize("length", [1, 63, 65, 72, 73])
@pytest.mark.parametrize("key", [LOG_KEY, WITNESS], ids=["log", "witness"])
def test_a_signature_of_the_wrong_length_does_not_verify(key, length):
    if length == 72 and key.kind == COSIGNATURE:
        length = 80
    note = "text\n\n" + line_of(key.name, key.verifier().id + b"\xff" * length)

    with pytest.raises(NoteError, match="does not verify"):
        open_note(note, [key.verifier()])


def test_the_text_ends_at_the_last_empty_line():
    inner = sign_note("inner\n", PROMISER)

    opened = open_note(sign_note(inner, LOG_KEY), [LOG_KEY.verifier(), PROMISER.verifier()])

    assert opened.text == inner
    assert [signed.vkey.name for signed in opened.verified] == [ORIGIN]


@pytest.mark.parametrize(
    ("note", "message"),
    [
        ("", "ends in a line feed"),
        ("text", "ends in a line feed"),
        ("text\n", "does not end in 1 to 100 signature lines"),
        ("text\n\n", "does not end in 1 to 100 signature lines"),
        ("text\n\n" + "— a AAAAAAA=\n" * 101, "does not end in 1 to 100 signature lines"),
        ("text\r\n\n— a AAAAAAA=\n", "no other control character"),
        ("te\txt\n\n— a AAAAAAA=\n", "no other control character"),
        ("\ud800\n\n— a AAAAAAA=\n", "not valid Unicode"),
        ("text\n\n- a AAAAAAA=\n", "signature line of the note is malformed"),
        ("text\n\n—  AAAAAAA=\n", "signature line of the note is malformed"),
        ("text\n\n— a AAAA\n", "signature line of the note is malformed"),
        ("text\n\n— a AAAAAAA\n", "not base64"),
        ("text\n\n— a AAAAA_A=\n", "not base64"),
        ("text\n\n— a AAAAAAB=\n", "not in its canonical form"),
        ("text\n\n— a AAAAAAA= x\n", "not base64"),
    ],
)
def test_a_malformed_note_is_refused(note, message):
    with pytest.raises(NoteError, match=message):
        open_note(note, [LOG_KEY.verifier()])


def test_a_text_that_no_note_can_carry_is_not_signed():
    with pytest.raises(NoteError, match="ends in a line feed"):
        sign_note("no line feed", LOG_KEY)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\nb", "a\x01b"])
def test_a_key_name_with_a_space_or_plus_is_refused(name):
    with pytest.raises(NoteError, match="is empty or holds a space"):
        Vkey(name, LOG, bytes(32))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (EXAMPLE_KEY.replace("530d903a", "530d903b"), "does not have the id it states"),
        (EXAMPLE_KEY.replace("530d903a", "530D903A"), "does not have the id it states"),
        (EXAMPLE_KEY[:-4], "has 32 bytes, not 29"),
        ("name+530d903a+", "not of the form"),
        ("name+AAAA", "not of the form"),
        ("", "not of the form"),
        ("name+00000000+Ag==", "type 0x02 are not accepted"),
        ("name+00000000+Bg==", "type 0x06 are not accepted"),
        ("name+00000000+?", "not base64"),
    ],
)
def test_a_malformed_verifier_key_is_refused(text, message):
    with pytest.raises(NoteError, match=message):
        parse_vkey(text)


@pytest.mark.parametrize("key", [LOG_KEY, WITNESS], ids=["log", "witness"])
def test_a_verifier_key_survives_its_text(key):
    assert parse_vkey(vkey(key)) == key.verifier()


def test_only_ed25519_keys_sign_notes():
    key = NoteKey("name", keys.generate("p256"))

    with pytest.raises(NoteError, match="note key name is not an Ed25519 key"):
        sign_note("text\n", key)


def test_a_witness_signs_checkpoints_only_and_says_when():
    with pytest.raises(NoteError, match="exactly 3 lines"):
        sign_note("text\n", WITNESS, at=NOON)
    with pytest.raises(NoteError, match="none was given"):
        sign_note(CHECKPOINT.text(), WITNESS)
