"""Policies: what the text may say, and which cosignatures fill a quorum when."""

from datetime import UTC, datetime

import pytest

from broker.crypto import keys
from broker.crypto.note import (
    COSIGNATURE,
    Checkpoint,
    NoteError,
    NoteKey,
    sign_note,
    signature_line,
    vkey,
)
from broker.crypto.tlog_policy import PolicyError, parse_policy

LOG_KEY = NoteKey("broker.example/log", keys.generate("ed25519"))
LOG_LINE = f"log {vkey(LOG_KEY)}\n"
NAMES = ["X1", "X2", "X3", "Y1", "Y2", "Y3"]
WITNESSES = {
    name: NoteKey(f"{name}.example", keys.generate("ed25519"), COSIGNATURE) for name in NAMES
}
LINES = "".join(f"witness {name} {vkey(key)}\n" for name, key in WITNESSES.items())
GROUPS = "group X 2 X1 X2 X3\ngroup Y any Y1 Y2 Y3\ngroup both all X Y\n"
POLICY = parse_policy(LOG_LINE + LINES + GROUPS + "quorum both\n")
CHECKPOINT = Checkpoint("broker.example/log", 7, bytes(32)).text()


def cosigned(*cosignatures, log=LOG_KEY, text=CHECKPOINT):
    """A checkpoint's note with cosignatures given as (name, POSIX seconds)."""
    lines = [
        signature_line(text, WITNESSES[name], at=datetime.fromtimestamp(seconds, UTC))
        for name, seconds in cosignatures
    ]
    return sign_note(text, log) + "".join(lines)


@pytest.mark.parametrize(
    ("witnesses", "is_enough"),
    [
        ("X1 X2 Y1", True),
        ("X1 X3 Y3", True),
        ("X1 X2 X3 Y1 Y2 Y3", True),
        ("X1 X2 X3", False),
        ("X1 Y1 Y2 Y3", False),
        ("", False),
    ],
)
def test_a_quorum_of_groups_counts_as_written(witnesses, is_enough):
    assert POLICY.is_satisfied_by(witnesses.split()) is is_enough


def test_the_quorum_is_full_at_the_cosignature_that_completes_it():
    note = cosigned(("Y1", 100), ("X1", 200), ("X2", 300), ("X3", 400))

    witnessed = POLICY.verify(note)

    assert witnessed.completed == 300
    assert witnessed.earliest == 100
    assert witnessed.cosigned == {"Y1": 100, "X1": 200, "X2": 300, "X3": 400}
    assert witnessed.log == LOG_KEY.verifier()
    assert witnessed.checkpoint == Checkpoint.parse(CHECKPOINT)


def test_of_one_witness_the_earliest_cosignature_counts():
    note = cosigned(("Y1", 50), ("X1", 900), ("X1", 100), ("X1", 500), ("X2", 200))

    witnessed = POLICY.verify(note)

    assert witnessed.cosigned["X1"] == 100
    assert witnessed.completed == 200


def test_a_witness_that_the_quorum_does_not_reach_is_not_counted():
    policy = parse_policy(LOG_LINE + LINES + "quorum X1\n" + GROUPS)

    witnessed = policy.verify(cosigned(("X2", 1), ("X1", 5)))

    assert witnessed.cosigned == {"X1": 5}
    assert witnessed.earliest == witnessed.completed == 5


def test_without_a_full_quorum_the_checkpoint_is_refused():
    with pytest.raises(PolicyError, match="of 2 witnesses do not fill the quorum"):
        POLICY.verify(cosigned(("X1", 1), ("X2", 2)))


def test_quorum_none_asks_for_no_witness_and_says_so():
    policy = parse_policy(LOG_LINE + LINES + "quorum none\n")

    witnessed = policy.verify(cosigned(("X1", 1)))

    assert policy.quorum is None
    assert witnessed.cosigned == {}
    assert witnessed.completed is witnessed.earliest is None


def test_a_checkpoint_of_another_log_is_refused():
    stranger = NoteKey("broker.example/log", keys.generate("ed25519"))
    other_text = Checkpoint("other.example/log", 7, bytes(32)).text()
    enough = [("X1", 1), ("X2", 2), ("Y1", 3)]

    for note in (cosigned(*enough, log=stranger), cosigned(*enough, text=other_text)):
        with pytest.raises(PolicyError, match="not signed by a log that the policy lists"):
            POLICY.verify(note)


def test_a_forged_cosignature_refuses_the_whole_note():
    forger = NoteKey("X1.example", WITNESSES["X2"].key, COSIGNATURE)
    line = signature_line(CHECKPOINT, WITNESSES["X1"], at=datetime.fromtimestamp(1, UTC))
    other = signature_line(CHECKPOINT, forger, at=datetime.fromtimestamp(1, UTC))
    genuine = cosigned(("X2", 2), ("Y1", 3))
    forged = genuine + line[:-12] + "AAAAAAAAAA=\n"

    with pytest.raises(NoteError):
        POLICY.verify(forged)
    with pytest.raises(PolicyError, match="of 2 witnesses do not fill"):
        POLICY.verify(genuine + other)


def test_blanks_comments_and_addresses_are_allowed():
    text = (
        f"# comment \u00e9\n\n  \t log\t{vkey(LOG_KEY)}   https://broker.example/log \n"
        f"witness K {vkey(WITNESSES['X1'])} https://w.example\n"
        f"witness \u212a {vkey(WITNESSES['X2'])}\n\tgroup a\u00a0b all K \u212a\n  #x\n"
        "quorum a\u00a0b\n"
    )

    policy = parse_policy(text)

    assert policy.logs == (LOG_KEY.verifier(),)
    assert policy.quorum == "a\u00a0b"
    assert policy.groups["a\u00a0b"].members == ("K", "\u212a")


def test_thirty_two_of_everything_are_read():
    made = [keys.generate("ed25519") for _ in range(64)]
    logs = [f"log {vkey(NoteKey('log.example', key))}" for key in made[:32]]
    witnesses = [
        f"witness w{at} {vkey(NoteKey('w', key, COSIGNATURE))}" for at, key in enumerate(made[32:])
    ]
    groups = ["group g0 any w0"] + [f"group g{at} all g{at - 1} w{at}" for at in range(1, 32)]

    policy = parse_policy("\n".join([*logs, *witnesses, *groups, "quorum g31", ""]))

    assert policy.is_satisfied_by(f"w{at}" for at in range(32))
    assert not policy.is_satisfied_by(f"w{at}" for at in range(31))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (LOG_LINE, "no quorum line"),
        ("quorum none", "ends in a line feed"),
        ("quorum none\r\n", "no control character but tabs"),
        ("quorum none\x7f\n", "no control character but tabs"),
        ("quorum none\nquorum none\n", "'quorum' line that cannot be read"),
        ("quorum none x\n", "'quorum' line that cannot be read"),
        ("quorum X\n", "uses the name 'X' before it is defined"),
        ("quorum X1\n" + LINES, "uses the name 'X1' before it is defined"),
        (LINES + "group g any X1 Z\n", "uses the name 'Z' before it is defined"),
        (LINES + "group g any none\n", "uses the name 'none' before it is defined"),
        (LINES + "group g any g\n", "uses the name 'g' before it is defined"),
        (LINES + "group g any X1 X1\n", "lists 'X1' as a member twice"),
        (LINES + "group g any X1\ngroup h any X1\n", "lists 'X1' as a member twice"),
        (LINES + "group X1 any X2\n", "defines the name 'X1' twice"),
        (LINES + "group none any X2\n", "defines the name 'none' twice, or it is reserved"),
        (LINES + "group g 0 X1\n", "with the threshold '0'"),
        (LINES + "group g 01 X1\n", "with the threshold '01'"),
        (LINES + "group g most X1\n", "with the threshold 'most'"),
        (LINES + "group g 2 X1\n", "asks for 2 of 1 members"),
        (LINES + "group g any\n", "'group' line that cannot be read"),
        (LOG_LINE + LOG_LINE, "key of broker.example/log twice"),
        (f"witness a {vkey(WITNESSES['X1'])}\n" + LINES, "key of X1.example twice"),
        (f"log {vkey(WITNESSES['X1'])}\n", "not of the signature type 0x01"),
        (f"witness a {vkey(LOG_KEY)}\n", "not of the signature type 0x04"),
        ("log x\n", "not base64|not of the form"),
        ("mirror x\n", "'mirror' line that cannot be read"),
    ],
    # The texts hold fresh keys; as names of tests they would differ in each process.
    ids=lambda part: "text" if "\n" in part else None,
)
def test_a_policy_that_breaks_a_rule_is_refused(text, message):
    with pytest.raises(NoteError, match=message):
        parse_policy(text)
