"""Whatever is changed behind the ledger's back, verify_ledger says so."""

import json
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from broker.ledger.models import Chain, Checkpoint, Entry, Head, Leaf, Pool
from broker.ledger.sequencer import sweep_once
from broker.ledger.tiles import tiles
from broker.ledger.verify import verify_ledger
from broker.seals.sealing import destroy

pytestmark = pytest.mark.django_db


@pytest.fixture
def ledger(write):
    """Four entries in the log, one that waits."""
    write("case:a", "case:b", "case:a")
    sweep_once()
    write("org:x")
    sweep_once()
    return [*write("case:a")]


def test_a_sound_ledger_holds(ledger):
    report = verify_ledger()

    assert report.faults == []
    assert (report.entries, report.leaves, report.waiting) == (5, 4, 1)
    assert (report.streams, report.checkpoints, report.tiles) == (3, 2, 1)


def test_an_empty_ledger_holds(db):
    assert verify_ledger().holds


def test_an_erased_case_leaves_the_ledger_sound(ledger):
    destroy("case:a")

    report = verify_ledger()

    assert report.faults == []
    assert report.erased == 3


def first(stream: str) -> Entry:
    return Entry.objects.filter(stream=stream).order_by("seq").first()


def change(of: str, **values: object) -> None:
    Entry.objects.filter(pk=first(of).pk).update(**values)


def delete_tile() -> None:
    next(tiles().folder.glob("tile/0/000.p/*")).unlink()
    (tiles().folder / "tile/0/000.p/4").unlink(missing_ok=True)


def swap_leaves() -> None:
    one, two = Leaf.objects.filter(index__in=[0, 2]).order_by("index")
    Leaf.objects.filter(index__in=[0, 2]).delete()
    Leaf.objects.create(index=0, entry=two.entry)
    Leaf.objects.create(index=2, entry=one.entry)


def forge_note() -> None:
    note = Checkpoint.objects.get(size=4).note
    Checkpoint.objects.filter(size=4).update(note=note.replace("\n4\n", "\n5\n"))


def edit_bundle() -> None:
    path = tiles().folder / "tile/entries/000.p/4"
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")


DAMAGE: dict[str, tuple[Callable[[], object], str]] = {
    "verb": (lambda: change("case:b", verb="referral.forged"), "its verb is 'referral.forged'"),
    "seq": (lambda: change("case:b", seq=2), "The stream case:b goes from 0 to 2"),
    "stream": (lambda: change("case:b", stream="case:c"), "There is no key for case:c"),
    "instant": (lambda: change("case:b", at="2020-01-01T00:00Z"), "its at is '2020-01-01"),
    "seal": (lambda: change("case:b", sealed=b"x" * 90), "The sealed bytes do not open"),
    "commitment": (
        lambda: change("case:b", commitment=bytes(32)),
        "the header does not open the commitment",
    ),
    "entry": (lambda: first("case:b").delete(), "stands for an entry that is gone"),
    "extra": (
        lambda: Entry(
            **{
                name: value
                for name, value in vars(first("case:b")).items()
                if name not in {"_state", "id"}
            },
            id="0193a2b4-0000-7000-8000-00000000dead",
        ).save(force_insert=True),
        "6 entries are stored",
    ),
    "leaf": (lambda: Leaf.objects.filter(index=1).delete(), "The log has a gap before index 2"),
    "order": (swap_leaves, "The stream case:a goes from 0 to 2"),
    "chain": (
        lambda: Chain.objects.filter(stream="case:a").update(seq=9),
        "The stream case:a ends at 3, its chain row at 9",
    ),
    "chain row": (lambda: Chain.objects.all().delete(), "The stream case:a has no chain row"),
    "pool": (lambda: Pool.objects.all().delete(), "5 entries are stored, but 4 are in the log"),
    "head": (lambda: Head.objects.update(size=2, peaks=bytes(32)), "The head says 2 entries"),
    "root": (
        lambda: Checkpoint.objects.filter(size=3).update(root=bytes(32)),
        "The checkpoint 3 has another root than its entries",
    ),
    "note": (forge_note, "A signature in the name of"),
    "checkpoint": (
        lambda: Checkpoint.objects.filter(size=4).delete(),
        "The published checkpoint 4 is not one that the database signed",
    ),
    "tile": (delete_tile, "The tile 0/0 differs from the entries"),
    "bundle": (edit_bundle, "The bundle 0 differs from the entries"),
    "publication": (
        lambda: tiles().publish("no checkpoint"),
        "published checkpoint is not signed by the log's key",
    ),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_damage_is_found(ledger, what):
    damage, told = DAMAGE[what]
    damage()

    report = verify_ledger()

    assert not report.holds
    assert any(told in fault for fault in report.faults), report.faults


def test_the_command_prints_a_report(ledger):
    out = StringIO()

    call_command("verify_ledger", stdout=out)

    assert "5 entries (0 erased, 1 waiting), 3 streams, 4 leaves" in out.getvalue()
    assert "The ledger holds." in out.getvalue()


def test_the_command_fails_when_the_ledger_does_not_hold(ledger):
    Leaf.objects.filter(index=1).delete()
    out = StringIO()

    with pytest.raises(CommandError, match="The ledger does not hold"):
        call_command("verify_ledger", "--json", stdout=out)

    assert json.loads(out.getvalue())["holds"] is False
