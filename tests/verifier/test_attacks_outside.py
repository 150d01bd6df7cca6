"""Attacks that anyone who handles the container can make; each names the check that sees it.

Source: docs/custody-format.md, section 5.
"""

import re
from dataclasses import replace

import pytest

from broker.crypto import age, keys
from broker.crypto.age_stream import NONCE_SIZE, SEALED_CHUNK_SIZE
from broker.crypto.canonical import canonical, parse_canonical
from broker.crypto.note import COSIGNATURE, NoteKey, sign_note, vkey
from evidence.package import layout
from evidence.package.trust import FrozenLog
from evidence.verifier.outcome import Exit, Status
from tests.verifier.attacks import changed, entries_of, failing, flip
from tests.verifier.forge import Forge, judge, pack
from tests.verifier.world import ORIGIN, WITNESSED


def swap_chunks(payload):
    head, rest = payload[:NONCE_SIZE], payload[NONCE_SIZE:]
    first, second = rest[:SEALED_CHUNK_SIZE], rest[SEALED_CHUNK_SIZE : 2 * SEALED_CHUNK_SIZE]
    return head + second + first + rest[2 * SEALED_CHUNK_SIZE :]


def cut_last_chunk(payload):
    chunks = (len(payload) - NONCE_SIZE - 1) // SEALED_CHUNK_SIZE
    return payload[: NONCE_SIZE + chunks * SEALED_CHUNK_SIZE]


def add_stanza(world):
    """Return an edit by which a holder of the file key adds a stranger to the header."""

    def edit(raw):
        file_key = age.open_header(age.parse_header(raw), [world.officer])
        return age.make_header(file_key, [*world.recipients, world.stranger.recipient])

    return edit


@pytest.mark.parametrize(
    ("name", "edit", "check", "reason"),
    [
        (layout.PAYLOAD, flip(5000), 4, "The manifest is not the text"),
        (layout.PAYLOAD, flip(5000), 7, "Chunk 0 of the payload was changed"),
        (layout.PAYLOAD, cut_last_chunk, 7, "of the payload was changed, moved or cut"),
        (layout.PAYLOAD, cut_last_chunk, 4, "another size of the payload"),
        (layout.PAYLOAD, swap_chunks, 7, "Chunk 0 of the payload was changed"),
        (layout.PAYLOAD, lambda data: data + b"\x00" * 40, 7, "Bytes follow the payload's last"),
        (layout.PAYLOAD, lambda data: data + b"\x00" * 40, 6, "names another payload"),
        (layout.HEADER, flip(-5), 5, "not the one whose digest"),
        (layout.STATEMENT, lambda data: data.replace(b'"stamps":0', b'"stamps":1'), 4, "manifest"),
        (layout.MANIFEST, lambda data: data + b"\n", 3, "over other bytes than these"),
        (layout.SIGNATURE, flip(-1), 3, "The outer signature does not hold"),
        (layout.PROOF, lambda data: data.replace(b"index 5", b"index 4"), 6, "another root"),
        (layout.PROOF, lambda data: data.replace(b"index 5", b"index 9"), 6, "proof of logging"),
        (
            layout.PROOF,
            lambda data: data.replace(b"index 5", b"extra AA==\nindex 5"),
            6,
            "an extra line",
        ),
        (layout.RECEIVED, lambda data: data.replace(b"broker 0.1.0", b"broker 0.1.1"), 6, "body"),
    ],
)
def test_a_changed_entry_is_seen_by_its_check(good, world, name, edit, check, reason):
    report = judge(changed(good, name, edit), world)

    assert report.exit is Exit.FAIL
    assert check in failing(report)
    assert reason in " ".join(report.check(check).reasons)


def test_a_flipped_bit_anywhere_in_the_file_is_seen(good, world):
    for place in range(0, len(good), len(good) // 97):
        report = judge(flip(place)(good), world)

        assert report.exit is Exit.FAIL, place


def test_the_rest_is_not_checked_when_the_container_is_not_sound(good, world):
    report = judge(good[:-1], world)

    assert [check.status for check in report.checks][1:] == [Status.FAIL] + [Status.NOT_CHECKED] * 5


def test_a_stanza_added_by_a_holder_is_seen_without_a_key(good, world):
    report = judge(changed(good, layout.HEADER, add_stanza(world)), world, key=False)

    assert failing(report) == {4, 5}
    assert "3 stanzas for 2 recipients" in " ".join(report.check(5).reasons)


def test_a_second_statement_over_the_same_payload_is_another_signers(good, world):
    forged = Forge(world, outer_signer=world.other_seal).build()
    payload = entries_of(good)[layout.PAYLOAD]
    package = changed(forged, layout.PAYLOAD, lambda _: payload)

    report = judge(package, world)

    assert {3, 4} <= failing(report)
    assert "no seal key of platform-1" in " ".join(report.check(3).reasons)


def test_a_receipt_of_another_package_does_not_fit(good, world):
    other = entries_of(Forge(world, files={"b": b"2"}).build())
    package = pack(
        entries_of(good) | {name: other[name] for name in (layout.RECEIVED, layout.PROOF)}
    )

    report = judge(package, world)

    assert failing(report) == {6}
    assert report.check(6).reasons[0] == "The receipt names another statement."


def test_a_forged_witness_is_refused(world):

    forged = NoteKey("overseer", keys.generate("ed25519"), COSIGNATURE)
    package = Forge(
        world, receipt={"note": lambda text: sign_note(text, world.log, forged, at=WITNESSED)}
    ).build()

    report = judge(package, world)

    assert failing(report) == {6}
    assert "do not fill the quorum" in report.check(6).reasons[0]


def test_a_log_key_that_is_not_in_the_policy_is_refused(world):

    forged = NoteKey(ORIGIN, keys.generate("ed25519"))
    package = Forge(
        world, receipt={"note": lambda text: sign_note(text, forged, world.witness, at=WITNESSED)}
    ).build()

    report = judge(package, world)

    assert failing(report) == {6}
    assert re.search("not signed by a log", report.check(6).reasons[0])


def test_a_withheld_body_leaves_the_result_open(good, world):
    def withhold(document):

        return canonical({**parse_canonical(document), "body": None, "body_salt": None})

    report = judge(changed(good, layout.RECEIVED, withhold), world)

    assert (report.exit, report.check(6).status) == (Exit.OPEN, Status.WITHHELD)


def test_a_package_that_was_not_received_yet_is_open(world):
    report = judge(Forge(world, received=False).build(), world)

    assert (report.exit, report.check(6).status) == (Exit.OPEN, Status.NOT_CHECKED)
    assert any(note.startswith("stated time only") for note in report.notes)


def test_a_log_frozen_before_the_receipt_is_refused(good, world):

    frozen = FrozenLog(vkey(world.log), ORIGIN, 8, "00" * 32)
    trust = replace(world.trust(), frozen=(frozen,))

    report = judge(good, world, trust=trust)

    assert failing(report) == {6}
    assert "after the log was frozen" in report.check(6).reasons[0]
