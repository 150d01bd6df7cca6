"""A sealed package opened with everyday tools, step by step as an expert would by hand."""

import io
import os
import subprocess
import tarfile
from shutil import which

import bagit
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from broker.crypto import age
from evidence.package import sealing
from tests.package.sealing_kit import NOON, make_kit


@pytest.fixture(scope="module")
def kit():
    return make_kit()


@pytest.fixture(scope="module")
def package(kit, tmp_path_factory):
    """Return a folder that holds the container, the office's key and the authority."""
    folder = tmp_path_factory.mktemp("package")
    source = folder / "evidence"
    (source / "chats").mkdir(parents=True)
    (source / "chats/überblick.txt").write_text("noon\n")
    (source / ("long" * 40 + ".bin")).write_bytes(os.urandom(2_500_000))
    kit.seal(source, folder / "one.asice", verb=sealing.seal_file)
    (folder / "key").write_text(f"{kit.office}\n")
    (folder / "ca.pem").write_bytes(kit.ca[1].public_bytes(Encoding.PEM))
    demand("unzip")
    run(folder, "unzip -q one.asice -d outside")
    return folder


def demand(command):
    if not which(command):
        pytest.skip(f"{command} is not on PATH")


def run(folder, line):
    return subprocess.run(line, shell=True, cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def bag(package):
    """Return the bag, unpacked with age and tar alone."""
    demand("age")
    run(package, "cat outside/access/01.age-header outside/payload.bin > whole.age")
    run(package, "age -d -i key whole.age | tar -x")
    return package / "bag"


def test_unzip_finds_no_fault(package):
    tested = run(package, "unzip -t one.asice")

    assert b"No errors detected" in tested.stdout


def test_openssl_accepts_the_outer_signature(package):
    found = run(
        package,
        "openssl cms -verify -cades -binary -inform DER -in outside/META-INF/signature001.p7s"
        " -content outside/META-INF/ASiCManifest001.xml -CAfile ca.pem"
        f" -attime {int(NOON.timestamp())}",
    )

    assert b"CAdES Verification successful" in found.stderr


def test_openssl_accepts_the_inner_signature(package, bag):
    found = run(
        package,
        "openssl cms -verify -cades -binary -inform DER"
        " -in bag/signatures/tagmanifest-sha256.txt.p7s -content bag/tagmanifest-sha256.txt"
        f" -CAfile ca.pem -attime {int(NOON.timestamp())}",
    )

    assert b"CAdES Verification successful" in found.stderr


def test_sha256sum_accepts_both_manifests(bag):
    run(bag, "sha256sum --check --strict manifest-sha256.txt tagmanifest-sha256.txt")


@pytest.mark.filterwarnings("ignore:.*passed as positional argument:DeprecationWarning")
def test_bagit_python_accepts_the_bag(bag):
    assert bagit.Bag(str(bag)).is_valid()


def test_what_tar_unpacks_is_what_was_sealed(package, bag):
    originals = {path.name: path.read_bytes() for path in files_below(package / "evidence")}
    unpacked = {path.name: path.read_bytes() for path in files_below(bag / "data")}

    assert unpacked == originals


def files_below(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_hybrid_package_opens_with_the_npm_package(tmp_path, open_with_npm):
    kit = make_kit(age.HybridIdentity)
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence/file").write_bytes(b"hybrid")
    kit.seal(tmp_path / "evidence", tmp_path / "one.asice", verb=sealing.seal_file)
    run(tmp_path, "unzip -q one.asice && cat access/01.age-header payload.bin > whole.age")

    plain = open_with_npm(tmp_path / "whole.age", kit.escrow)

    with tarfile.open(fileobj=io.BytesIO(plain)) as archive:
        assert archive.extractfile("bag/data/file").read() == b"hybrid"
