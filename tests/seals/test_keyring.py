"""Key files are made once, whole, for their owner alone."""

import stat
import threading
from pathlib import Path

import pytest

from broker.basics.errors import Unavailable
from broker.crypto.keys import PublicKey
from broker.seals import keyfile
from broker.seals.keyring import FileKeyring, signing_key


@pytest.mark.parametrize("algorithm", ["ed25519", "p256"])
def test_a_signing_key_is_made_once_and_stays(tmp_path, algorithm):
    made = FileKeyring(tmp_path).signing_key("log", algorithm)

    found = FileKeyring(tmp_path).signing_key("log", algorithm)

    assert found.spki() == made.spki()
    assert PublicKey.from_spki(made.spki()).verify(found.sign(b"text"), b"text")


def test_keys_of_other_names_are_other_keys(tmp_path):
    keys = FileKeyring(tmp_path)

    assert (
        keys.signing_key("log", "ed25519").spki() != keys.signing_key("promise", "ed25519").spki()
    )


def test_key_files_are_their_owners_alone(tmp_path):
    folder = tmp_path / "keys"

    FileKeyring(folder).signing_key("log", "ed25519")

    assert stat.S_IMODE((folder / "log.pem").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [path.name for path in folder.iterdir()] == ["log.pem"]


def test_a_key_of_another_algorithm_is_refused(tmp_path):
    FileKeyring(tmp_path).signing_key("log", "ed25519")

    with pytest.raises(Unavailable, match=r"The key log cannot be used\. It is an ed25519 key"):
        FileKeyring(tmp_path).signing_key("log", "p256")


@pytest.mark.parametrize("name", ["", "../log", "a/b", "Log", ".log", "a" * 99])
def test_a_name_that_is_no_name_is_refused(tmp_path, name):
    with pytest.raises(ValueError, match="The key name"):
        FileKeyring(tmp_path).signing_key(name, "ed25519")


def test_those_who_come_at_once_get_the_same_key(tmp_path):
    found, gate = [], threading.Barrier(12)

    def work() -> None:
        gate.wait()
        found.append(FileKeyring(tmp_path).signing_key("log", "ed25519").spki())

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 12
    assert len(set(found)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["log.pem"]


def test_a_key_that_must_exist_is_never_made(tmp_path):
    with pytest.raises(Unavailable, match="The key kek-2026-11 is not in the key folder"):
        FileKeyring(tmp_path).unwrap("kek-2026-11", bytes(72), scope="case:1")

    assert list(tmp_path.iterdir()) == []


def test_a_failed_making_leaves_nothing(tmp_path):
    def fail() -> bytes:
        raise OSError("no entropy")

    with pytest.raises(OSError, match="no entropy"):
        keyfile.kept(tmp_path / "log.pem", fail)

    assert list(tmp_path.iterdir()) == []


def test_the_settings_choose_the_folder(settings, tmp_path):
    settings.KEYS_FOLDER = str(tmp_path / "chosen")

    signing_key("order-0193a2b4-0000-7000-8000-0000000000aa", "p256")

    assert [path.suffix for path in Path(settings.KEYS_FOLDER).iterdir()] == [".pem"]
