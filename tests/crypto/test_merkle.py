"""The Merkle tree against the public vectors, against its own definition, and under tampering."""

import base64
import hashlib
import json
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.crypto.merkle import (
    EMPTY_ROOT,
    Frontier,
    ProofError,
    consistency_path,
    inclusion_path,
    leaf_hash,
    node_hash,
    root_of,
    tile_subtree,
    verify_consistency,
    verify_inclusion,
)

MOST = 300
LEAVES = [leaf_hash(str(number).encode()) for number in range(MOST)]
SIZES = st.integers(1, MOST)
EQUAL_ONE = "sizes-are-equal-one-and-proof-is-empty.json"


def defined_root(leaves):
    """MTH of RFC 6962, section 2.1, word for word."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(defined_root(leaves[:split]), defined_root(leaves[split:]))


def subtree(level, index):
    leaves = LEAVES[index << level : (index + 1) << level]
    assert len(leaves) == 1 << level, "only full subtrees may be asked for"
    return root_of(leaves)


def raw(text):
    return base64.b64decode(text)


def hashed_unless_hash(value):
    """The one good vector with words for roots gets hashes: we take no others."""
    return value if len(value) == 32 else hashlib.sha256(value).digest()


def verify_vector(vector, *, fit=lambda value: value):
    proof = [raw(value) for value in vector["proof"] or []]
    if "leafIdx" in vector:
        leaf, root = raw(vector["leafHash"]), raw(vector["root"])
        verify_inclusion(leaf, vector["leafIdx"], vector["treeSize"], proof, root)
    else:
        roots = [fit(raw(vector[name])) for name in ("root1", "root2")]
        verify_consistency(vector["size1"], vector["size2"], proof, *roots)


def verdict(path):
    vector = json.loads(path.read_text())
    try:
        verify_vector(vector, fit=hashed_unless_hash if path.name == EQUAL_ONE else bytes)
    except ProofError:
        return vector["wantErr"]
    return not vector["wantErr"]


def test_all_public_vectors_get_the_verdict_they_ask_for(shared_data):
    paths = sorted((shared_data / "vectors" / "merkle").rglob("*.json"))

    wrong = [str(path) for path in paths if not verdict(path)]

    assert len(paths) == 196
    assert wrong == []


@given(SIZES)
def test_the_root_is_the_one_that_rfc_6962_defines(size):
    assert root_of(LEAVES[:size]) == defined_root(LEAVES[:size])


def test_the_empty_tree_has_the_hash_of_nothing():
    assert root_of([]) == EMPTY_ROOT == hashlib.sha256(b"").digest()


@given(SIZES, st.data())
def test_every_leaf_has_a_path_and_no_other_leaf_takes_it(size, data):
    index = data.draw(st.integers(0, size - 1))
    root = root_of(LEAVES[:size])

    path = inclusion_path(index, size, subtree)

    verify_inclusion(LEAVES[index], index, size, path, root)
    for other in {0, size // 2, size - 1} - {index}:
        with pytest.raises(ProofError):
            verify_inclusion(LEAVES[index], other, size, path, root)
        with pytest.raises(ProofError, match="leads to another root"):
            verify_inclusion(LEAVES[other], index, size, path, root)


@given(SIZES, SIZES)
def test_every_earlier_tree_is_shown_to_be_the_beginning(one, other):
    size1, size2 = sorted((one, other))
    root1, root2 = root_of(LEAVES[:size1]), root_of(LEAVES[:size2])

    path = consistency_path(size1, size2, subtree)

    verify_consistency(size1, size2, path, root1, root2)
    with pytest.raises(ProofError):
        verify_consistency(size1, size2, path, leaf_hash(b"fork"), root2)
    with pytest.raises(ProofError):
        verify_consistency(size1, size2, path, root1, leaf_hash(b"fork"))


@given(SIZES, SIZES, st.data())
def test_a_proof_with_a_hash_more_less_or_changed_is_refused(one, other, data):
    size1, size2 = sorted((one, other))
    roots = root_of(LEAVES[:size1]), root_of(LEAVES[:size2])
    path = consistency_path(size1, size2, subtree)
    place = data.draw(st.integers(0, len(path)))
    longer = [*path[:place], LEAVES[0], *path[place:]]
    shorter = path[: max(place - 1, 0)] + path[place:]
    changed = [leaf_hash(value) if at == place else value for at, value in enumerate(path)]

    for bad in (longer, shorter, changed):
        if bad != path:
            with pytest.raises(ProofError):
                verify_consistency(size1, size2, bad, *roots)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 3), (3, 3)])
def test_a_leaf_outside_the_tree_has_no_proof(index, size):
    with pytest.raises(ProofError, match=f"no leaf {index} in a tree of {size} leaves"):
        inclusion_path(index, size, subtree)
    with pytest.raises(ProofError, match=f"no leaf {index} in a tree of {size} leaves"):
        verify_inclusion(LEAVES[0], index, size, [], LEAVES[0])


@pytest.mark.parametrize(("size1", "size2"), [(0, 0), (0, 5), (5, 4), (-1, 3)])
def test_an_empty_or_shrinking_tree_has_no_proof(size1, size2):
    with pytest.raises(ProofError, match=f"of {size2} leaves cannot extend one of {size1}"):
        consistency_path(size1, size2, subtree)
    with pytest.raises(ProofError, match=f"of {size2} leaves cannot extend one of {size1}"):
        verify_consistency(size1, size2, [], EMPTY_ROOT, LEAVES[0])


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_hash_of_another_length_is_refused_everywhere(length):
    odd, good = bytes(length), bytes(32)

    for leaf, path, root in [(odd, [good], good), (good, [odd], good), (good, [good], odd)]:
        with pytest.raises(ProofError, match="exactly 32 bytes"):
            verify_inclusion(leaf, 0, 2, path, root)
    with pytest.raises(ProofError, match="exactly 32 bytes"):
        verify_consistency(1, 1, [], odd, odd)
    with pytest.raises(ProofError, match="exactly 32 bytes"):
        Frontier().append(odd)


@given(SIZES, st.data())
def test_a_frontier_that_resumes_goes_on_as_if_it_had_never_stopped(size, data):
    start = data.draw(st.integers(0, size))
    frontier = Frontier.resume(start, subtree)

    for leaf in LEAVES[start:size]:
        frontier.append(leaf)

    assert frontier.size == size
    assert frontier.root() == root_of(LEAVES[:size])


@given(st.integers(0, MOST))
def test_a_frontier_yields_every_full_subtree_once_children_first(size):
    completed = Frontier().extend(LEAVES[:size])

    places = [(level, index) for level, index, _ in completed]
    expected = {(level, i) for level in range(10) for i in range(size >> level)}
    assert len(places) == len(set(places))
    assert set(places) == expected
    assert all(value == subtree(level, index) for level, index, value in completed)
    for at, (level, index) in enumerate(places):
        assert level == 0 or {(level - 1, 2 * index), (level - 1, 2 * index + 1)} <= {*places[:at]}


def test_a_frontier_needs_one_peak_for_each_full_subtree():
    with pytest.raises(ProofError, match="has 1 hashes instead of 2"):
        Frontier(3, LEAVES[:1])


def test_a_frontier_costs_the_same_for_each_leaf():
    leaves = [leaf_hash(number.to_bytes(4)) for number in range(50_000)]
    best = 0.0

    for _ in range(3):
        start = process_time()
        Frontier().extend(leaves)
        best = max(best, len(leaves) / (process_time() - start))

    assert best > 40_000


def test_a_proof_in_ten_million_leaves_reads_few_hashes():
    asked = []

    def counting(level, index):
        asked.append((level, index))
        return leaf_hash(f"{level} {index}".encode())

    inclusion_path(9_876_543, 10_000_000, counting)
    inclusion_path(1_234_567, 10_000_000, counting)
    consistency_path(7_654_321, 10_000_000, counting)

    assert len(asked) < 100


@given(st.integers(0, MOST - 1), SIZES)
def test_tiles_of_height_eight_serve_any_proof(index, size):
    levels = [LEAVES, [subtree(8, index) for index in range(MOST >> 8)]]

    def row(tile_level, start, count):
        assert start // 256 == (start + count - 1) // 256, "one row lies in one tile"
        return levels[tile_level][start : start + count]

    size = max(size, index + 1)
    path = inclusion_path(index, size, tile_subtree(row))

    assert path == inclusion_path(index, size, subtree)
