"""The Merkle tree of RFC 6962 over SHA-256: roots, proofs, their checks, and a growing edge.

Pure arithmetic on hashes of 32 bytes; where the hashes are kept is the caller's business, who
serves them through a `Subtree` accessor.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256

HASH_BYTES = 32
TILE_HEIGHT = 8
EMPTY_ROOT = sha256(b"").digest()

type Subtree = Callable[[int, int], bytes]
"""`subtree(level, index)` returns the root over leaves [index << level, (index + 1) << level).

It is asked only for subtrees that are full at the size the proof is made for.
"""

type Row = Callable[[int, int, int], Sequence[bytes]]
"""`row(tile_level, start, count)` returns hashes of tree level 8 * tile_level; one tile holds
them all, because `count` is a power of two up to 128 and `start` a multiple of it."""

type Node = tuple[int, int, bytes]
"""(level, index, hash) of a full subtree, as in `Subtree`."""


class ProofError(ValueError):
    """A proof is malformed or does not prove what it claims."""


def leaf_hash(entry: bytes) -> bytes:
    """Return SHA-256(0x00 || entry)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def root_of(leaf_hashes: Iterable[bytes]) -> bytes:
    """Return the root over all leaf hashes; SHA-256 of nothing when there are none."""
    frontier = Frontier()
    frontier.extend(leaf_hashes)
    return frontier.root()


def inclusion_path(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """Return the audit path of leaf `index` in the tree of `size`, leaf's sibling first.

    Asks for O(log^2 size) hashes. Raises ProofError unless 0 <= index < size.
    Source: RFC 6962, section 2.1.1.
    """
    _demand_index(index, size)
    path, low, high = [], 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(_range_root(middle, high, subtree))
            high = middle
        else:
            path.append(_range_root(low, middle, subtree))
            low = middle
    return path[::-1]


def consistency_path(size1: int, size2: int, subtree: Subtree) -> list[bytes]:
    """Return the proof that the tree of `size2` begins with the tree of `size1`.

    Empty when both are equal. Raises ProofError unless 1 <= size1 <= size2.
    Source: RFC 6962, section 2.1.2.
    """
    _demand_sizes(size1, size2)
    path, low, high = [], 0, size2
    while high != size1:
        middle = low + _split(high - low)
        if size1 <= middle:
            path.append(_range_root(middle, high, subtree))
            high = middle
        else:
            path.append(_range_root(low, middle, subtree))
            low = middle
    if low:
        path.append(_range_root(low, high, subtree))
    return path[::-1]


def verify_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> None:
    """Raise ProofError unless `path` leads from leaf hash `leaf` at `index` to `root` at `size`.

    Source: RFC 9162, section 2.1.3.2.
    """
    _demand_index(index, size)
    _demand_hashes(leaf, root, *path)
    inner, border = _shape(index, size)
    _demand_length(path, inner + border)
    if _climb(leaf, path[:inner], index, path[inner:]) != root:
        raise ProofError("The inclusion proof leads to another root.")


def verify_consistency(
    size1: int, size2: int, path: Sequence[bytes], root1: bytes, root2: bytes
) -> None:
    """Raise ProofError unless `path` shows that (size2, root2) extends (size1, root1).

    Source: RFC 9162, section 2.1.4.2.
    """
    _demand_sizes(size1, size2)
    _demand_hashes(root1, root2, *path)
    if size1 == size2:
        _demand_length(path, 0)
        if root1 != root2:
            raise ProofError("The two roots differ although the sizes are equal.")
        return
    shift = (size1 & -size1).bit_length() - 1
    inner, border = _shape(size1 - 1, size2)
    inner -= shift
    trail = list(path) if size1 & (size1 - 1) else [root1, *path]
    _demand_length(path, len(path) - len(trail) + 1 + inner + border)
    seed, rising, rest = trail[0], trail[1 : inner + 1], trail[inner + 1 :]
    bits = (size1 - 1) >> shift
    lefts = [node for level, node in enumerate(rising) if bits >> level & 1]
    if _climb(seed, lefts, -1, rest) != root1:
        raise ProofError("The consistency proof leads to another first root.")
    if _climb(seed, rising, bits, rest) != root2:
        raise ProofError("The consistency proof leads to another second root.")


def tile_subtree(row: Row) -> Subtree:
    """Return a Subtree that reads tiles of height 8, where only every eighth level is stored.

    A caller that keeps the tiles of one proof at hand reads one tile per eight levels and edge.
    """

    def subtree(level: int, index: int) -> bytes:
        tile_level, rise = divmod(level, TILE_HEIGHT)
        return root_of(row(tile_level, index << rise, 1 << rise))

    return subtree


class Frontier:
    """The right edge of a growing tree: the roots of its full subtrees, the largest first."""

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        """Start at `size` leaves; raise ProofError unless there is one peak per set bit of it."""
        self.size = size
        self._peaks = list(peaks)
        _demand_hashes(*self._peaks)
        _demand_length(self._peaks, size.bit_count())

    @classmethod
    def resume(cls, size: int, subtree: Subtree) -> "Frontier":
        """Take up the edge of a tree of `size` leaves that is stored elsewhere."""
        return cls(size, [subtree(*place) for place in _full_subtrees(0, size)])

    @property
    def peaks(self) -> tuple[bytes, ...]:
        """Return the roots of the full subtrees, the largest first."""
        return tuple(self._peaks)

    def append(self, leaf: bytes) -> list[Node]:
        """Add one leaf hash; return the nodes it completed, the leaf itself first."""
        return self.extend((leaf,))

    def extend(self, leaf_hashes: Iterable[bytes]) -> list[Node]:
        """Add leaf hashes in order; return every node they completed, each after its children."""
        completed: list[Node] = []
        peaks = self._peaks
        for node in leaf_hashes:
            _demand_hashes(node)
            level, index = 0, self.size
            completed.append((level, index, node))
            while index & 1:
                node = sha256(b"\x01" + peaks.pop() + node).digest()  # noqa: PLW2901
                level, index = level + 1, index >> 1
                completed.append((level, index, node))
            peaks.append(node)
            self.size += 1
        return completed

    def root(self) -> bytes:
        """Return the root over all leaves so far; SHA-256 of nothing when there are none."""
        return _fold(self._peaks) if self._peaks else EMPTY_ROOT


def _split(count: int) -> int:
    """Return the largest power of two below `count` (at least 2)."""
    return 1 << (count - 1).bit_length() - 1


def _full_subtrees(low: int, high: int) -> Iterator[tuple[int, int]]:
    """Yield (level, index) of the full subtrees that make up [low, high), the largest first."""
    while low < high:
        level = (high - low).bit_length() - 1
        yield level, low >> level
        low += 1 << level


def _range_root(low: int, high: int, subtree: Subtree) -> bytes:
    return _fold([subtree(*place) for place in _full_subtrees(low, high)])


def _fold(peaks: Sequence[bytes]) -> bytes:
    root = peaks[-1]
    for peak in peaks[-2::-1]:
        root = node_hash(peak, root)
    return root


def _shape(index: int, size: int) -> tuple[int, int]:
    """Return how many steps of a path lie below the tree's right edge, and how many on it."""
    inner = (index ^ (size - 1)).bit_length()
    return inner, (index >> inner).bit_count()


def _climb(node: bytes, inner: Sequence[bytes], bits: int, border: Sequence[bytes]) -> bytes:
    """Hash upwards: at each inner step the sibling is left where `bits` has a one."""
    for level, sibling in enumerate(inner):
        is_left = bits >> level & 1
        node = node_hash(sibling, node) if is_left else node_hash(node, sibling)
    for sibling in border:
        node = node_hash(sibling, node)
    return node


def _demand_index(index: int, size: int) -> None:
    if not 0 <= index < size:
        raise ProofError(f"There is no leaf {index} in a tree of {size} leaves.")


def _demand_sizes(size1: int, size2: int) -> None:
    if not 1 <= size1 <= size2:
        raise ProofError(f"A tree of {size2} leaves cannot extend one of {size1} leaves.")


def _demand_length(path: Sequence[bytes], length: int) -> None:
    if len(path) != length:
        raise ProofError(f"The proof has {len(path)} hashes instead of {length}.")


def _demand_hashes(*hashes: bytes) -> None:
    if any(len(value) != HASH_BYTES for value in hashes):
        raise ProofError(f"A hash in a Merkle tree has exactly {HASH_BYTES} bytes.")
