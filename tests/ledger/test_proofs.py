"""An outsider can check with the published keys alone that an event is in the log."""

from uuid import UUID

import pytest

from broker.basics.errors import Expired, NotFound, Unavailable
from broker.crypto.merkle import leaf_hash, verify_consistency
from broker.crypto.note_text import Checkpoint as CheckpointText
from broker.crypto.tlog_proof import parse_policy, parse_proof
from broker.ledger.models import Checkpoint
from broker.ledger.proofs import consistency, event_opening, inclusion_proof
from broker.ledger.sequencer import sweep_once
from broker.ledger.signing import log_vkey
from broker.seals.sealing import destroy

pytestmark = pytest.mark.django_db

NOBODY = UUID("0193a2b4-0000-7000-8000-00000000dead")


def policy():
    return parse_policy(f"log {log_vkey()}\nquorum none\n")


def test_every_event_has_a_proof_that_verifies(write):
    appended = write(*[f"case:{number}" for number in range(40)])
    sweep_once()
    appended += write(*[f"case:{number}" for number in range(300)])
    sweep_once()

    for index, one in enumerate(appended):
        proof = parse_proof(inclusion_proof(one.event_id))
        witnessed = proof.verify(leaf_hash(one.commitment), policy())

        assert proof.index == index
        assert witnessed.checkpoint.size == (40 if index < 40 else 340)


def test_a_proof_stays_the_same_when_the_log_grows(write):
    [first] = write()
    sweep_once()
    before = inclusion_proof(first.event_id)
    write(*["case:one"] * 600)
    sweep_once()

    assert inclusion_proof(first.event_id) == before


def test_a_proof_is_not_there_before_the_event_is_in_the_log(write):
    [appended] = write()

    with pytest.raises(Unavailable, match="The proof is not there yet"):
        inclusion_proof(appended.event_id)


def test_there_is_no_proof_of_what_never_was(db):
    with pytest.raises(NotFound, match="There is no such event"):
        inclusion_proof(NOBODY)


def test_two_sizes_of_the_log_are_consistent(write):
    for size in (1, 255, 256, 300, 700):
        write(*["case:one"] * (size - (Checkpoint.objects.count() and published_size())))
        sweep_once()

    notes = [CheckpointText.parse(row.note.split("\n\n")[0] + "\n") for row in ordered()]
    assert [note.size for note in notes] == [1, 255, 256, 300, 700]
    for older in notes:
        for newer in notes[notes.index(older) :]:
            path = consistency(older.size, newer.size)
            verify_consistency(older.size, newer.size, path, older.root, newer.root)


def test_an_erased_event_keeps_its_proof_but_opens_no_more(write):
    [appended] = write("case:gone")
    sweep_once()
    destroy("case:gone")

    with pytest.raises(Expired, match="sealed for case:gone can no longer be read"):
        event_opening(appended.event_id)

    proof = parse_proof(inclusion_proof(appended.event_id))
    assert proof.verify(leaf_hash(appended.commitment), policy()).checkpoint.size == 1


def ordered():
    return Checkpoint.objects.order_by("size")


def published_size() -> int:
    return ordered().last().size
