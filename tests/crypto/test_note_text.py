"""Checkpoints and promises: their exact lines, and every other text refused."""

import pytest

from broker.crypto import keys
from broker.crypto.note import Checkpoint, NoteError, NoteKey, Promise, open_promise, sign_note

ORIGIN = "broker.example/log"
ROOT = bytes(range(32))
PROMISER = NoteKey(f"{ORIGIN}/promise", keys.generate("ed25519"))
CHECKPOINT = Checkpoint(ORIGIN, 20852163, ROOT)
PROMISE = Promise(ORIGIN, ROOT, at=1763985452)


def test_a_checkpoint_is_three_lines():
    text = CHECKPOINT.text()

    assert text == f"{ORIGIN}\n20852163\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
    assert Checkpoint.parse(text) == CHECKPOINT


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("20852163", "0", "empty log"),
        ("20852163", "020852163", "not a plain decimal"),
        ("20852163", "+1", "not a plain decimal"),
        ("20852163", "１", "not a plain decimal"),
        ("20852163", str(2**63), "not a plain decimal"),
        ("Hh8=\n", "Hh8=", "exactly 3 lines"),
        ("Hh8=\n", "Hh8=\nextension\n", "exactly 3 lines"),
        ("Hh8=\n", "Hh8=\n\n", "exactly 3 lines"),
        (ORIGIN, "", "exactly 3 lines"),
        ("Hh8=", "Hg==", "32 bytes, not 31"),
        ("Hh8=", "Hh9=", "not in its canonical form"),
    ],
)
def test_another_checkpoint_text_is_refused(old, new, message):
    with pytest.raises(NoteError, match=message):
        Checkpoint.parse(CHECKPOINT.text().replace(old, new))


@pytest.mark.parametrize("checkpoint", [Checkpoint(ORIGIN, 0, ROOT), Checkpoint("a\nb", 1, ROOT)])
def test_an_impossible_checkpoint_is_not_written(checkpoint):
    with pytest.raises(NoteError):
        checkpoint.text()


def test_a_promise_is_five_lines_under_its_own_name():
    note = sign_note(PROMISE.text(), PROMISER)

    assert PROMISE.text().split("\n") == [
        "custody-promise/1",
        ORIGIN,
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "1763985452",
        "10",
        "",
    ]
    assert open_promise(note, [PROMISER.verifier()]) == PROMISE


@pytest.mark.parametrize(
    "signer",
    [NoteKey(ORIGIN, PROMISER.key), NoteKey("other.example/promise", PROMISER.key)],
    ids=["the log's key", "another log's promise key"],
)
def test_a_promise_under_another_name_is_refused(signer):
    note = sign_note(PROMISE.text(), signer)

    with pytest.raises(NoteError, match="not signed by the promise key of its own log"):
        open_promise(note, [signer.verifier()])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("promise/1", "promise/2", "not of the form custody-promise/1"),
        ("\n10\n", "\n010\n", "not a plain decimal"),
        ("\n10\n", "\n", "exactly 5 lines"),
        ("Hh8=", "", "32 bytes, not 30"),
    ],
)
def test_another_promise_text_is_refused(old, new, message):
    text = PROMISE.text().replace(old, new)

    with pytest.raises(NoteError, match=message):
        open_promise(sign_note(text, PROMISER), [PROMISER.verifier()])
