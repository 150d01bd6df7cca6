"""Tar headers: what other programs read from them, and that they tell nothing else."""

import io
import tarfile

import pytest

from evidence.package import tar
from evidence.package.padding import padded_size


def read_back(path, size):
    """Return what Python's tarfile makes of a header (the content is not there)."""
    stream = io.BytesIO(tar.member_header(path, size) + tar.END)
    with tarfile.open(fileobj=stream) as archive:
        return archive.next()


@pytest.mark.parametrize(
    ("path", "size"),
    [
        ("bag/data/a", 0),
        ("bag/data/" + "b" * 91, 1),
        ("bag/data/" + "b" * 92, 1),
        ("bag/data/" + "ü" * 500, 2),
        ("bag/data/big", 8 * 1024**3 - 1),
        ("bag/data/big", 8 * 1024**3),
        ("bag/data/größer", 2**50),
    ],
    ids=range(7),
)
def test_name_and_size_come_back(path, size):
    member = read_back(path, size)

    assert (member.name, member.size, member.type) == (path, size, tarfile.REGTYPE)


def test_nothing_is_told_but_name_and_size():
    member = read_back("bag/data/ü", 5)

    assert (member.uid, member.gid, member.mtime, member.mode) == (0, 0, 0, 0o644)
    assert (member.uname, member.gname) == ("", "")
    assert member.pax_headers == {"path": "bag/data/ü"}


@pytest.mark.parametrize("path", ["bag/data/plain", "bag/data/" + "b" * 91])
def test_a_plain_member_has_one_header_block(path):
    assert len(tar.member_header(path, 8 * 1024**3 - 1)) == tar.BLOCK


@pytest.mark.parametrize("length", [*range(85, 110), *range(985, 1010)])
def test_the_length_of_a_pax_record_counts_its_own_digits(length):
    path = "ü" + "x" * length

    assert read_back(path, 0).name == path


@pytest.mark.parametrize(
    ("tar_bytes", "padded"),
    [
        (1024, 1_048_576),
        (1_048_576, 1_048_576),
        (1_048_577, 1_081_344),
        (100_000_000, 100_663_296),
        (2**40, 2**40),
        (2**40 + 1, 2**40 + 2**34),
    ],
)
def test_padding_is_that_of_the_formula(tar_bytes, padded):
    assert padded_size(tar_bytes) == padded


@pytest.mark.parametrize("tar_bytes", [2**20 + 1, 3 * 10**6, 10**8 + 7, 10**11 + 3])
def test_padding_adds_at_most_an_eighth(tar_bytes):
    assert tar_bytes <= padded_size(tar_bytes) <= tar_bytes * 1.125
