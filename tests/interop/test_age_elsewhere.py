"""What we seal, other people's age opens: the `age` command and the age-encryption package."""

import os
import subprocess
from shutil import which

import pytest

from broker.crypto import age

SIZES = [0, 1, 65_536, 65_537, 200_000]


@pytest.fixture
def age_command():
    if not which("age"):
        pytest.skip("the age command is not on PATH (Debian: apt-get install age)")
    return "age"


def make_file(path, plain, *holders):
    """Write header and payload one behind the other, as `cat` would."""
    file_key = age.new_file_key()
    header = age.make_header(file_key, [holder.recipient for holder in holders])
    path.write_bytes(header + b"".join(age.encrypt_payload([plain], file_key)))


def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, **options).stdout


@pytest.mark.parametrize("size", SIZES)
def test_the_age_command_opens_our_files(tmp_path, age_command, size):
    plain, holder = os.urandom(size), age.X25519Identity.generate()
    make_file(tmp_path / "file.age", plain, age.X25519Identity.generate(), holder)
    (tmp_path / "key").write_text(f"{holder}\n")

    found = run(age_command, "-d", "-i", "key", "file.age", cwd=tmp_path)

    assert found == plain


@pytest.mark.parametrize("size", SIZES)
def test_we_open_files_of_the_age_command(tmp_path, age_command, size):
    plain, holder = os.urandom(size), age.X25519Identity.generate()
    (tmp_path / "file").write_bytes(plain)
    run(age_command, "-r", holder.recipient, "-o", "file.age", "file", cwd=tmp_path)

    with (tmp_path / "file.age").open("rb") as stream:
        found = b"".join(age.open_file(stream, [holder]))

    assert found == plain


@pytest.mark.parametrize("kind", [age.X25519Identity, age.HybridIdentity])
@pytest.mark.parametrize("size", SIZES)
def test_the_npm_package_opens_our_files(tmp_path, open_with_npm, kind, size):
    plain, holder = os.urandom(size), kind.generate()
    make_file(tmp_path / "file.age", plain, kind.generate(), holder)

    found = open_with_npm(tmp_path / "file.age", holder)

    assert found == plain
