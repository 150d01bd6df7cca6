"""The container: joined without a copy, ranged, and opened by everyday tools."""

import io
import subprocess
import zipfile
import zlib
from shutil import which

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.basics.errors import DigestMismatch, Invalid
from evidence.package import container, layout
from evidence.package.container_reader import open_container
from evidence.package.payload import PayloadFacts, measure
from evidence.package.zip_writer import ZipText

ENTRIES = {
    layout.STATEMENT: b"{}",
    layout.MANIFEST: b"<m/>",
    layout.SIGNATURE: b"\x30",
    layout.HEADER: b"age",
}
LEDGER = {layout.RECEIVED: b"{}", layout.PROOF: b"proof"}
PAYLOAD = bytes(range(256)) * 5000
FACTS = measure(io.BytesIO(PAYLOAD))


def joined(**changes):
    envelope = io.BytesIO(container.lay_out_envelope(ENTRIES))
    return container.join(envelope, changes.get("facts", FACTS), added=changes.get("added", LEDGER))


WHOLE = b"".join(joined().read(io.BytesIO(PAYLOAD)))


def test_a_joined_container_is_read_by_the_strict_reader():
    opened = open_container(io.BytesIO(WHOLE))

    assert opened.digest(layout.PAYLOAD) == FACTS.sha256
    assert {name: opened.read(name) for name in LEDGER} == LEDGER
    assert {name: opened.read(name) for name in ENTRIES} == ENTRIES


def test_a_joined_container_is_read_by_zipfile():
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as archive:
        assert archive.testzip() is None
        assert archive.namelist()[:2] == [layout.MIMETYPE, layout.PAYLOAD]
        assert archive.read(layout.PAYLOAD) == PAYLOAD


def test_a_joined_container_is_read_by_unzip(tmp_path):
    if not which("unzip"):
        pytest.skip("unzip is not on PATH")
    (tmp_path / "package.asice").write_bytes(WHOLE)

    tested = subprocess.run(
        ["unzip", "-t", "package.asice"], cwd=tmp_path, capture_output=True, check=False
    )

    assert (tested.returncode, tested.stderr) == (0, b""), tested.stdout
    assert b"No errors detected" in tested.stdout


def test_the_layout_knows_its_size_before_a_byte_is_read():
    assert joined().size == len(WHOLE)


@given(st.data())
def test_any_range_is_that_of_the_whole(data):
    start = data.draw(st.integers(0, len(WHOLE)))
    stop = data.draw(st.integers(start, len(WHOLE) + 9))

    assert b"".join(joined().read(io.BytesIO(PAYLOAD), start, stop)) == WHOLE[start:stop]


def test_a_hand_over_does_not_move_the_payload():
    more = {f"access/02.{kind}": b"x" for kind in ("age-header", "json", "p7s")}

    plain, with_more = joined(), joined(added=LEDGER | more)

    assert [part.start for part in with_more.parts[:2]] == [part.start for part in plain.parts[:2]]
    assert plain.parts[1].start == container.payload_offset()
    assert plain.sha256 != with_more.sha256


def test_equal_layouts_have_equal_tags_and_another_payload_another():
    other = PayloadFacts(FACTS.size, "00" * 32, FACTS.crc32)

    assert joined().sha256 == joined().sha256 != joined(facts=other).sha256


def test_a_payload_that_was_cut_in_the_store_is_noticed():
    with pytest.raises(DigestMismatch, match="ends before its stated size"):
        list(joined().read(io.BytesIO(PAYLOAD[:-1])))


def test_an_envelope_with_a_payload_is_refused():
    with pytest.raises(Invalid, match=r"payload\.bin, which does not belong"):
        container.join(io.BytesIO(WHOLE), FACTS, added={})


def test_an_envelope_is_read_by_zipfile():
    with zipfile.ZipFile(io.BytesIO(container.lay_out_envelope(ENTRIES))) as archive:
        assert {name: archive.read(name) for name in ENTRIES} == ENTRIES


class Sparse(io.RawIOBase):
    """A payload of zeros beyond 4 GiB between the head and the tail of a container."""

    def __init__(self, head, size, tail):
        super().__init__()
        self.head, self.hole, self.tail, self.at = head, size, tail, 0
        self.size = len(head) + size + len(tail)

    def readable(self):
        return True

    def seekable(self):
        return True

    def seek(self, offset, whence=io.SEEK_SET):
        self.at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.size}[whence]
        return self.at

    def tell(self):
        return self.at

    def readinto(self, buffer):
        wanted = min(len(buffer), self.size - self.at, 65_536)
        data = bytes(self._byte(self.at + place) for place in range(wanted))
        buffer[:wanted] = data
        self.at += wanted
        return wanted

    def _byte(self, at):
        if at < len(self.head):
            return self.head[at]
        at -= len(self.head) + self.hole
        return self.tail[at] if at >= 0 else 0


@pytest.mark.parametrize("size", [2**32 - 2, 2**32 - 1, 2**32, 2**40])
def test_containers_around_and_beyond_four_gib_are_well_formed(size):
    text = ZipText()
    text.add(layout.MIMETYPE, layout.MIMETYPE_BYTES)
    text.add_large_header(layout.PAYLOAD, size=size, crc=0)
    head = text.taken()
    for name, data in ENTRIES.items():
        text.add(name, data)
    stream = Sparse(head, size, text.finish())

    opened = open_container(stream)

    assert opened.entries[layout.PAYLOAD].size == size
    assert opened.read(layout.HEADER) == ENTRIES[layout.HEADER]
    with zipfile.ZipFile(stream) as archive:
        assert archive.getinfo(layout.PAYLOAD).file_size == size
        assert archive.read(layout.STATEMENT) == ENTRIES[layout.STATEMENT]


def test_measuring_finds_size_and_both_sums():
    assert (FACTS.size, FACTS.crc32) == (len(PAYLOAD), zlib.crc32(PAYLOAD))
