"""What every backend of the vault must hold; a new backend is one more line in BACKENDS."""

import hashlib
from collections.abc import Iterator

import pytest

from broker.basics.errors import Conflict, Invalid, NotFound, TooLarge
from broker.vault.backends.filesystem import FilesystemVault
from broker.vault.base import CHUNK_BYTES, Vault

QUOTA = 3 * CHUNK_BYTES
CONTENT = bytes(range(256)) * 10

BACKENDS = {"filesystem": lambda folder: FilesystemVault(folder, quota_bytes=QUOTA)}


@pytest.fixture(params=BACKENDS)
def vault(request, tmp_path) -> Vault:
    return BACKENDS[request.param](tmp_path / "vault")


def broken(*chunks: bytes) -> Iterator[bytes]:
    yield from chunks
    raise ConnectionError("the peer went away")


class TestObjects:
    def test_an_object_is_kept_with_size_and_digest(self, vault):
        stored = vault.store("a/payload.bin", [CONTENT[:100], b"", CONTENT[100:]])

        assert stored.size == vault.stat("a/payload.bin") == 2560
        assert stored.sha256 == hashlib.sha256(CONTENT).hexdigest()
        assert b"".join(vault.read("a/payload.bin")) == CONTENT

    def test_an_empty_object_is_an_object(self, vault):
        stored = vault.store("empty", [])

        assert stored.size == 0
        assert list(vault.read("empty")) == []

    def test_an_object_is_never_overwritten(self, vault):
        vault.store("a", [b"first"])

        with pytest.raises(Conflict, match="The vault has something under a already"):
            vault.store("a", [b"second"])

        assert b"".join(vault.read("a")) == b"first"

    def test_a_stream_that_breaks_leaves_no_object(self, vault):
        with pytest.raises(ConnectionError, match="the peer went away"):
            vault.store("a", broken(b"some"))

        with pytest.raises(NotFound, match="The vault has nothing under a"):
            vault.stat("a")

    def test_an_object_beyond_the_quota_is_refused(self, vault):
        with pytest.raises(TooLarge, match="The object is larger than 3145728 bytes"):
            vault.store("a", [bytes(CHUNK_BYTES)] * 4)

        with pytest.raises(NotFound):
            vault.open("a")

    def test_an_object_opens_with_seek(self, vault):
        vault.store("a", [CONTENT])

        with vault.open("a") as file:
            file.seek(1000)
            assert file.read(10) == CONTENT[1000:1010]

    @pytest.mark.parametrize(
        ("start", "length"), [(0, None), (0, 0), (5, 7), (2559, 1), (2560, 0), (2560, None)]
    )
    def test_a_range_is_read(self, vault, start, length):
        vault.store("a", [CONTENT])

        read = b"".join(vault.read("a", start, length))

        assert read == CONTENT[start:][:length]

    def test_a_range_over_many_chunks_is_read(self, vault):
        content = bytes(CHUNK_BYTES) + CONTENT + bytes(CHUNK_BYTES)
        vault.store("a", [content])

        assert b"".join(vault.read("a", 10, len(content) - 20)) == content[10:-10]

    @pytest.mark.parametrize(("start", "length"), [(-1, 5), (0, 2561), (2561, 0), (9, -1)])
    def test_a_range_outside_the_object_is_refused_at_once(self, vault, start, length):
        vault.store("a", [CONTENT])

        with pytest.raises(Invalid, match="The range does not lie in the object"):
            vault.read("a", start, length)

    def test_an_unknown_object_is_refused_at_once(self, vault):
        with pytest.raises(NotFound, match="The vault has nothing under none"):
            vault.read("none")

    def test_a_deleted_object_is_gone(self, vault):
        vault.store("a/b", [CONTENT])

        vault.delete("a/b")
        vault.delete("a/b")

        with pytest.raises(NotFound):
            vault.open("a/b")

    @pytest.mark.parametrize(
        "name", ["", "/a", "a/", "../a", "a/../b", ".a", "a//b", "A", "a b", "a\n", "é", "a" * 300]
    )
    def test_a_name_that_is_no_name_is_refused(self, vault, name):
        with pytest.raises(ValueError, match="The vault takes no name like"):
            vault.store(name, [])


class TestUploads:
    def test_an_upload_grows_part_by_part_into_an_object(self, vault):
        vault.begin("u")
        sizes = [vault.append("u", 0, [CONTENT[:7], CONTENT[7:1000]]), vault.size("u")]
        sizes.append(vault.append("u", 1000, [CONTENT[1000:]]))

        stored = vault.finish("u", "a/payload.bin")

        assert sizes == [1000, 1000, 2560]
        assert (stored.size, stored.sha256) == (2560, hashlib.sha256(CONTENT).hexdigest())
        assert b"".join(vault.read("a/payload.bin")) == CONTENT
        with pytest.raises(NotFound):
            vault.size("u")

    def test_an_upload_that_breaks_goes_on_where_it_stopped(self, vault):
        vault.begin("u")
        with pytest.raises(ConnectionError):
            vault.append("u", 0, broken(CONTENT[:50], CONTENT[50:80]))

        vault.append("u", vault.size("u"), [CONTENT[80:]])

        assert vault.finish("u", "a").sha256 == hashlib.sha256(CONTENT).hexdigest()

    @pytest.mark.parametrize("offset", [0, 99, 101])
    def test_a_part_at_another_offset_is_refused(self, vault, offset):
        vault.begin("u")
        vault.append("u", 0, [bytes(100)])

        with pytest.raises(Conflict, match=f"The upload cannot go on at byte {offset}"):
            vault.append("u", offset, [b"x"])

        assert vault.size("u") == 100

    def test_two_writers_at_once_are_refused(self, vault):
        vault.begin("u")

        def meanwhile() -> Iterator[bytes]:
            yield b"first"
            with pytest.raises(Conflict, match="Another request is writing to the upload u"):
                vault.append("u", 5, [b"second"])
            with pytest.raises(Conflict, match="Another request is writing to the upload u"):
                vault.finish("u", "a")

        assert vault.append("u", 0, meanwhile()) == 5

    def test_an_upload_beyond_the_quota_is_refused(self, vault):
        vault.begin("u")

        with pytest.raises(TooLarge):
            vault.append("u", 0, [bytes(CHUNK_BYTES)] * 4)

        assert vault.size("u") == QUOTA

    def test_a_name_is_begun_once(self, vault):
        vault.begin("u")

        with pytest.raises(Conflict, match="The vault has something under u already"):
            vault.begin("u")

    def test_to_finish_twice_gives_the_same_object(self, vault):
        vault.begin("u")
        vault.append("u", 0, [CONTENT])

        assert vault.finish("u", "a") == vault.finish("u", "a")

    def test_an_upload_does_not_replace_an_object(self, vault):
        vault.store("a", [b"first"])
        vault.begin("u")

        with pytest.raises(Conflict, match="The vault has something under a already"):
            vault.finish("u", "a")

        assert b"".join(vault.read("a")) == b"first"
        assert vault.size("u") == 0

    def test_an_unknown_upload_is_refused(self, vault):
        for refused in (
            lambda: vault.append("none", 0, []),
            lambda: vault.size("none"),
            lambda: vault.finish("none", "a"),
        ):
            with pytest.raises(NotFound, match="The vault has nothing under none"):
                refused()

    def test_an_abandoned_upload_is_gone(self, vault):
        vault.begin("u")

        vault.abandon("u")
        vault.abandon("u")

        with pytest.raises(NotFound):
            vault.size("u")
