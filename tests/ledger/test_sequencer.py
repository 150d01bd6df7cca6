"""Entries get their index, the head moves with them, and only what is committed is signed."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from broker.basics.errors import Unavailable
from broker.crypto.merkle import leaf_hash, root_of
from broker.crypto.note import open_note
from broker.crypto.note_text import Checkpoint as CheckpointText
from broker.ledger import drain as draining
from broker.ledger import publishing, sequencer
from broker.ledger.models import Checkpoint, Entry, Head, Leaf, Pool
from broker.ledger.sequencer import sweep_once
from broker.ledger.signing import log_vkey, origin
from broker.ledger.tiles import tiles
from broker.ledger.verify import verify_ledger

pytestmark = pytest.mark.django_db


def published() -> CheckpointText:
    return CheckpointText.parse(open_note(tiles().checkpoint(), [log_vkey()]).text)


def test_entries_get_their_index_in_the_order_in_which_they_came(write):
    appended = write("case:a", "case:b", "case:a")

    swept = sweep_once()

    assert swept.done == 3
    assert swept.next_at is None
    assert not Pool.objects.exists()
    assert list(Leaf.objects.order_by("index").values_list("index", "entry")) == [
        (index, one.event_id) for index, one in enumerate(appended)
    ]


def test_the_published_checkpoint_is_over_the_commitments(write):
    appended = write("case:a", "case:b", "case:a")

    sweep_once()

    root = root_of(leaf_hash(one.commitment) for one in appended)
    assert published() == CheckpointText(origin(), 3, root)
    assert Checkpoint.objects.get().note == tiles().checkpoint()


def test_an_idle_sweep_writes_nothing(write):
    write()
    sweep_once()
    before = tiles().checkpoint()

    with CaptureQueriesContext(connection) as queries:
        swept = sweep_once()

    assert swept.done == 0
    assert [query["sql"].split()[0] for query in queries.captured_queries] == ["SELECT", "SELECT"]
    assert tiles().checkpoint() == before


def test_the_log_grows_over_many_rounds(write, monkeypatch):
    monkeypatch.setattr(draining, "BATCH", 7)
    monkeypatch.setattr(sequencer, "BATCH", 7)
    for round_ in range(1, 12):
        write(*[f"case:{number % 5}" for number in range(round_ * 5)])

        sweep_once()

    report = verify_ledger()
    assert report.faults == []
    assert (report.leaves, report.checkpoints) == (330, 11)


def test_a_round_that_is_full_asks_for_the_next_at_once(write, monkeypatch):
    monkeypatch.setattr(draining, "BATCH", 2)
    monkeypatch.setattr(sequencer, "BATCH", 2)
    monkeypatch.setattr(sequencer, "BATCHES", 2)
    write(*["case:a"] * 5)

    first, second = sweep_once(), sweep_once()

    assert (first.done, second.done) == (4, 1)
    assert first.next_at is not None
    assert second.next_at is None


def test_a_crash_between_commit_and_publication_heals_in_the_next_round(write, monkeypatch):
    write("case:a", "case:b")
    sweep_once()
    write("case:a", "case:b", "case:c")
    with monkeypatch.context() as crash:
        crash.setattr(sequencer, "publish", lambda *_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            sweep_once()
    assert (published().size, Head.objects.get().size) == (2, 5)

    sweep_once()

    assert published().size == 5
    assert verify_ledger().faults == []


def test_a_crash_between_signature_and_publication_heals_too(write, monkeypatch):
    write("case:a")
    with monkeypatch.context() as crash:
        crash.setattr(publishing.Tiles, "publish", lambda *_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            sweep_once()
    assert tiles().checkpoint() is None
    write("case:b")

    sweep_once()

    assert published().size == 2
    assert verify_ledger().faults == []


def test_lost_tiles_are_written_anew(write):
    write("case:a", "case:b")
    sweep_once()
    for tile in tiles().folder.rglob("tile/0/*/*"):
        tile.unlink()
    write("case:c")

    sweep_once()

    assert verify_ledger().faults == []


def test_a_database_that_is_behind_the_published_log_stops_the_sequencer(write):
    write("case:a", "case:b")
    sweep_once()
    for model in (Leaf, Checkpoint, Head, Entry):
        model.objects.all().delete()
    write("case:c")

    with pytest.raises(Unavailable, match="does not continue the published log"):
        sweep_once()

    assert Pool.objects.count() == 1
    assert published().size == 2


def test_a_database_that_grew_past_the_published_log_with_other_entries_is_found_out(write):
    write("case:a", "case:b")
    sweep_once()
    Checkpoint.objects.all().delete()
    write("case:c", "case:d")

    with pytest.raises(Unavailable, match="does not continue the published log"):
        sweep_once()


def test_another_log_key_stops_the_sequencer(write, settings, tmp_path):
    write("case:a")
    sweep_once()
    write("case:a")
    settings.KEYS_FOLDER = str(tmp_path / "other keys")

    with pytest.raises(Unavailable, match="not signed by the log's key"):
        sweep_once()


def test_another_log_key_is_found_out_without_the_published_file(write, settings, tmp_path):
    write("case:a")
    sweep_once()
    write("case:a")
    settings.LOG_FOLDER = str(tmp_path / "log")
    settings.KEYS_FOLDER = str(tmp_path / "other keys")

    with pytest.raises(Unavailable, match="last checkpoint was signed by another key"):
        sweep_once()


def test_an_entry_that_is_gone_stops_the_sequencer(write):
    write("case:a", "case:b")
    Entry.objects.filter(stream="case:b").delete()

    with pytest.raises(Unavailable, match="an entry that waits for its place is gone"):
        sweep_once()

    assert not Leaf.objects.exists()
    assert Pool.objects.count() == 2


def test_a_second_sequencer_leaves_the_work_to_the_first(write):
    write()
    swept = []

    with sequencer._file() as is_first, sequencer._file() as is_second:
        swept = [is_first, is_second]

    assert swept == [True, False]
