"""Proofs of logging: text and back, and every part of it is needed."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.crypto import keys
from broker.crypto.merkle import Frontier, ProofError, inclusion_path, leaf_hash
from broker.crypto.note import COSIGNATURE, Checkpoint, NoteError, NoteKey, sign_note, vkey
from broker.crypto.tlog_proof import TlogProof, parse_policy, parse_proof

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SIZE = 21
ORIGIN = "broker.example/log"
LOG_KEY = NoteKey(ORIGIN, keys.generate("ed25519"))
WITNESS = NoteKey("witness.example", keys.generate("ed25519"), COSIGNATURE)
POLICY = parse_policy(f"log {vkey(LOG_KEY)}\nwitness w {vkey(WITNESS)}\nquorum w\n")
LEAVES = [leaf_hash(bytes([number])) for number in range(SIZE)]
FRONTIER = Frontier()
NODES = {(level, index): value for level, index, value in FRONTIER.extend(LEAVES)}
TEXT = Checkpoint(ORIGIN, SIZE, FRONTIER.root()).text()
NOTE = sign_note(TEXT, LOG_KEY, WITNESS, at=NOON)


def proof_of(index):
    path = inclusion_path(index, SIZE, lambda level, at: NODES[level, at])
    return TlogProof(index, tuple(path), NOTE)


@given(st.integers(0, SIZE - 1), st.none() | st.binary(max_size=40))
def test_a_proof_survives_its_text_and_holds(index, extra):
    proof = replace(proof_of(index), extra=extra)

    read = parse_proof(proof.text())

    assert read == proof
    assert read.verify(LEAVES[index], POLICY).completed == int(NOON.timestamp())


def test_the_text_is_laid_out_as_c2sp_says():
    lines = replace(proof_of(20), extra=b"\x00").text().split("\n")

    assert lines[:3] == ["c2sp.org/tlog-proof@v1", "extra AA==", "index 20"]
    assert lines[5:8] == ["", ORIGIN, "21"]
    assert replace(proof_of(20)).text().endswith("\n\n" + NOTE)


def test_the_proof_of_a_single_leaf_has_no_hashes():
    text = Checkpoint(ORIGIN, 1, LEAVES[0]).text()
    proof = TlogProof(0, (), sign_note(text, LOG_KEY, WITNESS, at=NOON))

    assert parse_proof(proof.text()).verify(LEAVES[0], POLICY).checkpoint.size == 1


@given(st.integers(0, SIZE - 1), st.integers(0, SIZE + 5))
def test_a_proof_with_the_wrong_index_is_refused(index, claimed):
    proof = replace(proof_of(index), index=claimed)

    if claimed != index:
        with pytest.raises(ProofError):
            proof.verify(LEAVES[index], POLICY)


def test_a_proof_of_another_leaf_is_refused():
    with pytest.raises(ProofError, match="leads to another root"):
        proof_of(3).verify(LEAVES[4], POLICY)


def test_a_proof_without_its_witness_is_refused():
    proof = replace(proof_of(3), checkpoint_note=sign_note(TEXT, LOG_KEY))

    with pytest.raises(NoteError, match="of 0 witnesses do not fill the quorum"):
        proof.verify(LEAVES[3], POLICY)


def test_a_proof_into_a_fork_is_refused():
    fork = Checkpoint(ORIGIN, SIZE, leaf_hash(b"fork")).text()
    note = sign_note(fork, LOG_KEY, WITNESS, at=NOON)

    with pytest.raises(ProofError, match="leads to another root"):
        replace(proof_of(3), checkpoint_note=note).verify(LEAVES[3], POLICY)


@given(st.data())
def test_a_proof_with_one_changed_character_is_refused(data):
    text = proof_of(5).text()
    place = data.draw(st.integers(0, len(text) - 1))
    char = data.draw(st.characters(min_codepoint=32, max_codepoint=126).filter(text[place].__ne__))

    with pytest.raises(ValueError, match=r"\w"):
        parse_proof(text[:place] + char + text[place + 1 :]).verify(LEAVES[5], POLICY)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("proof@v1", "proof@v2", "not a text of the form"),
        ("c2sp.org", "\nc2sp.org", "not a text of the form"),
        ("\n\n", "\n", "not a text of the form"),
        ("index 3\n", "", "does not state the index"),
        ("index 3\n", "extra AA==\nextra AA==\nindex 3\n", "does not state the index"),
        ("index 3\n", "extra A\nindex 3\n", "not base64"),
        ("index 3\n", "index 03\n", "not a plain decimal"),
        ("index 3\n", "index -3\n", "not a plain decimal"),
        ("index 3\n", "index 3\nAA==\n", "32 bytes, not 1"),
        ("index 3\n", "index 3\r\n", "not a plain decimal"),
    ],
)
def test_a_malformed_proof_is_refused(old, new, message):
    with pytest.raises(NoteError, match=message):
        parse_proof(proof_of(3).text().replace(old, new))
