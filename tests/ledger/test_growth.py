"""Growing by many leaves at once gives the tree that grows leaf by leaf."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from broker.crypto.merkle import Frontier
from broker.ledger.growth import grown


def leaves(start: int, count: int) -> list[bytes]:
    return [
        hashlib.sha256(bytes([number % 251])).digest() for number in range(start, start + count)
    ]


@given(st.integers(0, 300), st.integers(0, 300))
def test_at_once_is_the_same_as_one_by_one(before, more):
    edge = Frontier()
    edge.extend(leaves(0, before))

    at_once = grown(edge, leaves(before, more))

    edge.extend(leaves(before, more))
    assert (at_once.size, at_once.peaks) == (edge.size, edge.peaks)
