"""What only a vault of files can get wrong: full disks, crashes half way, loose permissions."""

import errno
import os

import pytest

from broker.basics.errors import NotFound, Unavailable
from broker.vault import store
from broker.vault.backends import filesystem
from broker.vault.backends.filesystem import FilesystemVault


@pytest.fixture
def vault(tmp_path):
    return FilesystemVault(tmp_path)


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_is_said_plainly(vault, monkeypatch):
    vault.begin("u")
    vault.append("u", 0, [b"before"])
    monkeypatch.setattr(filesystem, "_write", full)

    with pytest.raises(Unavailable, match="The vault is full"):
        vault.append("u", 6, [b"after"])

    assert vault.size("u") == 6


def test_a_full_disk_leaves_no_half_object(vault, monkeypatch, tmp_path):
    monkeypatch.setattr(filesystem, "_write", full)

    with pytest.raises(Unavailable, match="The vault is full"):
        vault.store("a", [b"x"])

    with pytest.raises(NotFound):
        vault.stat("a")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_every_byte_and_every_name_is_flushed(vault, monkeypatch, tmp_path):
    flushed = []
    monkeypatch.setattr(
        os, "fsync", lambda handle: flushed.append(os.readlink(f"/proc/self/fd/{handle}"))
    )

    vault.store("case/a", [b"x"])

    assert any("/uploads/_draft-" in path for path in flushed)
    assert str(tmp_path / "objects" / "case") in flushed


def test_a_crash_between_object_and_end_of_upload_is_finished_later(vault, monkeypatch):
    vault.begin("u")
    vault.append("u", 0, [b"content"])
    with monkeypatch.context() as crash:
        crash.setattr(filesystem.Path, "unlink", lambda *_, **__: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            vault.finish("u", "a")

    stored = vault.finish("u", "a")

    assert stored.size == 7
    with pytest.raises(NotFound):
        vault.size("u")


def test_files_are_the_brokers_alone(vault, tmp_path):
    vault.store("a/b", [b"x"])

    assert (tmp_path / "objects/a/b").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "objects/a").stat().st_mode & 0o777 == 0o700


def test_the_settings_choose_the_folder(settings, tmp_path):
    settings.VAULT_FOLDER = str(tmp_path / "chosen")

    store().store("a", [b"x"])

    assert (tmp_path / "chosen/objects/a").read_bytes() == b"x"
