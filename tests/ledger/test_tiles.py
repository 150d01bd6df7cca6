"""Tiles and bundles lie where C2SP tlog-tiles says, however the log grew."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.crypto.merkle import Frontier, leaf_hash, root_of
from broker.ledger.tiles import Tiles, _numbered


def entries(start: int, end: int) -> list[bytes]:
    return [hashlib.sha256(str(number).encode()).digest() for number in range(start, end)]


def names(store: Tiles) -> set[str]:
    return {
        str(path.relative_to(store.folder)) for path in store.folder.rglob("*") if path.is_file()
    }


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, "000"), (999, "999"), (1000, "x001/000"), (1234067, "x001/x234/067")],
)
def test_numbers_are_written_in_groups_of_three(number, expected):
    assert _numbered(number) == expected


def test_a_small_log_has_one_part_of_a_tile_and_of_a_bundle(tmp_path):
    store = Tiles(tmp_path)

    store.extend(0, entries(0, 5))

    assert names(store) == {"tile/0/000.p/5", "tile/entries/000.p/5"}
    assert (tmp_path / "tile/0/000.p/5").read_bytes() == b"".join(map(leaf_hash, entries(0, 5)))
    assert (tmp_path / "tile/entries/000.p/5").read_bytes() == b"".join(
        b"\x00\x20" + entry for entry in entries(0, 5)
    )


def test_a_full_tile_stands_for_its_parts_and_rises_one_level(tmp_path):
    store = Tiles(tmp_path)
    store.extend(0, entries(0, 200))

    store.extend(200, entries(200, 600))

    assert names(store) == {
        "tile/0/000",
        "tile/0/001",
        "tile/0/002.p/88",
        "tile/1/000.p/2",
        "tile/entries/000",
        "tile/entries/001",
        "tile/entries/002.p/88",
    }
    assert (tmp_path / "tile/1/000.p/2").read_bytes() == b"".join(
        root_of(map(leaf_hash, entries(start, start + 256))) for start in (0, 256)
    )


def test_a_part_serves_those_who_ask_for_less(tmp_path):
    store = Tiles(tmp_path)
    store.extend(0, entries(0, 9))

    assert store.hashes(0, 2, 2) == [leaf_hash(entry) for entry in entries(2, 4)]
    assert store.entries(0, 3) == entries(0, 3)


def test_what_is_not_published_is_not_there(tmp_path):
    store = Tiles(tmp_path)
    store.extend(0, entries(0, 9))

    with pytest.raises(FileNotFoundError, match="Tile 0/0 is not published to 10 places"):
        store.hashes(0, 9, 1)


def test_three_levels_rise(tmp_path):
    store, size = Tiles(tmp_path), 256 * 256 + 300

    store.extend(0, entries(0, size))

    assert len((tmp_path / "tile/2/000.p/1").read_bytes()) == 32
    root = Frontier.resume(size, store.subtree).root()
    assert root == root_of(map(leaf_hash, entries(0, size)))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 700), min_size=1, max_size=5))
def test_however_the_log_grew_its_tiles_give_the_root(tmp_path_factory, steps):
    store, size = Tiles(tmp_path_factory.mktemp("log")), 0
    for step in steps:
        store.extend(size, entries(size, size + step))
        size += step

        root = Frontier.resume(size, store.subtree).root()
        assert root == root_of(map(leaf_hash, entries(0, size)))
