"""A folder is sealed in one pass; what comes out opens to exactly what went in."""

import base64
import errno
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from broker.basics import clock
from broker.basics.errors import Invalid, Unavailable, WrongState
from broker.crypto import age, cms, keys
from broker.crypto.canonical import canonical, parse_json
from evidence.package import container, layout, sealing
from evidence.package.container_reader import open_container, open_envelope
from evidence.package.manifest import manifest_text
from evidence.package.opening import parse_opening
from evidence.package.padding import padded_size
from evidence.package.payload import measure
from evidence.package.statement import parse_statement
from tests.package.sealing_kit import UNTIL


def opened(kit, out):
    """Return the bag's files by name, from payload.bin and envelope.zip in `out`."""
    envelope = open_envelope(io.BytesIO((out / sealing.ENVELOPE_FILE).read_bytes()))
    file_key = age.open_header(age.parse_header(envelope.read(layout.HEADER)), [kit.office])
    with (out / sealing.PAYLOAD_FILE).open("rb") as payload:
        plain = b"".join(age.decrypt_payload(payload, file_key))
    return untarred(plain)


def untarred(plain):
    with tarfile.open(fileobj=io.BytesIO(plain)) as archive:
        return {
            member.name.removeprefix("bag/"): archive.extractfile(member).read()
            for member in archive
        }


def test_files_come_out_as_they_went_in(kit, folder, out):
    (folder / "chat").mkdir()
    (folder / "chat/log.txt").write_bytes(b"hello\n")
    (folder / "big.bin").write_bytes(os.urandom(5_000_000))

    sealed = kit.seal(folder, out)

    bag = opened(kit, out)
    assert bag["data/chat/log.txt"] == b"hello\n"
    assert bag["data/big.bin"] == (folder / "big.bin").read_bytes()
    assert (sealed.files, sealed.octets, sealed.renamed) == (2, 5_000_006, 0)


def test_the_bag_has_its_order_and_nothing_else(kit, folder, out):
    (folder / "b").write_bytes(b"2")
    (folder / "a").write_bytes(b"1")

    kit.seal(folder, out)

    assert list(opened(kit, out)) == [
        "bagit.txt",
        "data/a",
        "data/b",
        "metadata/order.json",
        "metadata/order.json.p7s",
        "metadata/opening.json",
        "metadata/provenance.jsonld",
        "bag-info.txt",
        "manifest-sha256.txt",
        "tagmanifest-sha256.txt",
        "signatures/tagmanifest-sha256.txt.p7s",
    ]


def test_manifests_hold_the_digests_of_what_they_list(kit, folder, out):
    (folder / "empty").write_bytes(b"")
    (folder / "big").write_bytes(os.urandom(300_000))

    kit.seal(folder, out)

    bag = opened(kit, out)
    for manifest in (layout.BAG_MANIFEST, layout.TAG_MANIFEST):
        for line in bag[manifest].decode().splitlines():
            digest, name = line.split("  ")
            assert hashlib.sha256(bag[name]).hexdigest() == digest


def test_both_signatures_are_the_sealers(kit, folder, out):
    kit.seal(folder, out)

    bag = opened(kit, out)
    envelope = open_envelope(io.BytesIO((out / sealing.ENVELOPE_FILE).read_bytes()))
    pairs = [
        (bag[layout.INNER_SIGNATURE], bag[layout.TAG_MANIFEST]),
        (envelope.read(layout.SIGNATURE), envelope.read(layout.MANIFEST)),
    ]
    for signature, content in pairs:
        parsed = cms.read_signature(signature)
        cms.verify_digest(parsed, hashlib.sha256(content).digest())
        assert parsed.signer == kit.sealer.certificate


def test_the_statement_is_about_this_payload_header_and_bag(kit, folder, out):
    sealed = kit.seal(folder, out)

    envelope = open_envelope(io.BytesIO((out / sealing.ENVELOPE_FILE).read_bytes()))
    statement = parse_statement(envelope.read(layout.STATEMENT))
    with (out / sealing.PAYLOAD_FILE).open("rb") as payload:
        facts = measure(payload)
    bag = opened(kit, out)
    opening = parse_opening(bag[layout.OPENING])
    assert statement == sealed.statement
    assert (statement.payload_sha256, statement.payload_size) == (facts.sha256, facts.size)
    assert statement.case_commitment == opening.case_commitment()
    assert statement.inner_commitment == opening.inner_commitment(bag[layout.TAG_MANIFEST])
    assert envelope.read(layout.MANIFEST) == manifest_text(
        statement=hashlib.sha256(envelope.read(layout.STATEMENT)).digest(),
        header=hashlib.sha256(envelope.read(layout.HEADER)).digest(),
        payload=bytes.fromhex(facts.sha256),
    )


@pytest.mark.parametrize("size", [0, 1, 512, 1_048_576, 2_097_152, 4_194_304, 9_000_001])
def test_the_plaintext_is_padded_and_no_longer(kit, folder, out, size):
    (folder / "file").write_bytes(bytes(size))

    sealed = kit.seal(folder, out)

    plain = age.plain_size(sealed.statement.payload_size)
    assert padded_size(plain) == plain
    assert len(opened(kit, out)["data/file"]) == size


def test_one_file_is_the_same_container_as_joining_would_make(kit, folder, out):
    (folder / "file").write_bytes(os.urandom(3_000_000))

    sealed = kit.seal(folder, out / "one.asice", verb=sealing.seal_file)

    whole = (out / "one.asice").read_bytes()
    packed = open_container(io.BytesIO(whole))
    entries = {name: packed.read(name) for name in layout.ENVELOPE_ENTRIES - {layout.MIMETYPE}}
    payload = packed.window(layout.PAYLOAD).read()
    laid_out = container.lay_out(entries, measure(io.BytesIO(payload)))
    assert packed.digest(layout.PAYLOAD) == sealed.statement.payload_sha256
    assert b"".join(laid_out.read(io.BytesIO(payload))) == whole


def test_nothing_inside_shows_outside(kit, folder, out):
    (folder / "suspect-anna.txt").write_bytes(b"meeting at noon" * 100)

    kit.seal(folder, out / "one.asice", verb=sealing.seal_file)

    seen = (out / "one.asice").read_bytes()
    hidden = (b"suspect", b"meeting", kit.order.case_id.encode(), kit.order.order_id.encode())
    assert not [word for word in hidden if word in seen]


HOSTILE = {
    b"plain.txt": "plain.txt",
    "cafe\u0301.txt".encode(): "caf\u00e9.txt",
    b"a_b_.txt": "a_b_.txt",
    b"a:b?.txt": "a_b_~2.txt",
    b"bad\xff\xfename": "bad__name",
    b"Line\nbreak": "Line_break",
    "zero\u200bwidth".encode(): "zero_width",
    b"README": "README",
    b"readme": "readme~2",
    b"100%": "100_",
    b".hidden": ".hidden",
    b"tail.": "tail.",
    "\U0001f600.jpg".encode(): "\U0001f600.jpg",
    b"x" * 255: "x" * 255,
    "stra\u00dfe".encode(): "stra\u00dfe~2",
    b"STRASSE": "STRASSE",
}


def test_names_that_cannot_be_kept_are_replaced_and_told(kit, folder, out):
    for name in HOSTILE:
        (folder / os.fsdecode(name)).write_bytes(name)

    sealed = kit.seal(folder, out)

    bag = opened(kit, out)
    graph = json.loads(bag[layout.PROVENANCE])["@graph"]
    told = {path_of(node): original_of(node) for node in graph if "custody:originalName" in node}
    assert {name: data for name, data in bag.items() if name.startswith("data/")} == {
        f"data/{name}": raw for raw, name in HOSTILE.items()
    }
    assert told == {f"data/{name}": raw for raw, name in HOSTILE.items() if raw != name.encode()}
    assert sealed.renamed == len(told)


def original_of(node):
    return base64.b64decode(node["custody:originalName"])


def path_of(node):
    return node["uco-core:hasFacet"][0]["uco-observable:filePath"]


def test_links_empty_folders_and_pipes_are_told_not_packed(kit, folder, out):
    (folder / "empty").mkdir()
    (folder / "link").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe")
    (folder / "kept").write_bytes(b"1")

    sealed = kit.seal(folder, out)

    bag = opened(kit, out)
    told = json.loads(bag[layout.PROVENANCE])["@graph"][-1]["custody:notPacked"]
    assert [base64.b64decode(path) for path in told] == [b"empty", b"link", b"pipe"]
    assert sealed.not_packed == (b"empty", b"link", b"pipe")
    assert [name for name in bag if name.startswith("data/")] == ["data/kept"]


def test_provenance_is_canonical_json(kit, folder, out):
    (folder / "\u00fcber.txt").write_bytes(b"1")

    kit.seal(folder, out)

    text = opened(kit, out)[layout.PROVENANCE]
    assert canonical(parse_json(text)) == text


def test_a_path_too_long_to_keep_stands_under_its_digest(kit, folder, out):
    deep = folder
    for _ in range(6):
        deep = deep / ("d" * 200)
        deep.mkdir()
    (deep / "proof.txt").write_bytes(b"deep")

    sealed = kit.seal(folder, out)

    (name,) = (name for name in opened(kit, out) if name.startswith("data/"))
    assert name.startswith("data/long~names/")
    assert name.endswith(".txt")
    assert sealed.renamed == 1


def test_a_file_that_changes_size_ends_the_sealing_and_leaves_nothing(
    kit, folder, out, monkeypatch
):
    (folder / "log").write_bytes(b"x" * 200_000)
    real = os.fstat

    def growing(handle):
        found = real(handle)
        with (folder / "log").open("ab") as log:
            log.write(b"more")
        return found

    monkeypatch.setattr("evidence.package.bag.os.fstat", growing)

    with pytest.raises(WrongState, match="changed its size while it was read"):
        kit.seal(folder, out)
    monkeypatch.undo()
    assert list(out.iterdir()) == []


def test_a_recipient_that_the_order_does_not_name_is_refused(kit, folder, out):
    slipped_in = [*kit.recipients, age.X25519Identity.generate().recipient]

    with pytest.raises(Invalid, match="order does not name the recipient"):
        kit.seal(folder, out, recipients=slipped_in)


def test_one_recipient_alone_is_refused(kit, folder, out):
    with pytest.raises(Invalid, match="at least two recipients"):
        kit.seal(folder, out, recipients=kit.recipients[:1])


def test_writing_into_the_sealed_folder_is_refused(kit, folder):
    with pytest.raises(Invalid, match="into the folder that is sealed"):
        kit.seal(folder, folder)


def test_a_missing_folder_is_refused(kit, tmp_path, out):
    with pytest.raises(Invalid, match="There is no folder"):
        kit.seal(tmp_path / "nowhere", out)


def test_an_earlier_payload_is_never_written_over(kit, folder, out):
    (out / sealing.PAYLOAD_FILE).write_bytes(b"earlier")

    with pytest.raises(FileExistsError):
        kit.seal(folder, out)

    assert (out / sealing.PAYLOAD_FILE).read_bytes() == b"earlier"


def test_two_sealings_of_one_folder_share_nothing_visible(kit, folder, out):
    (out / "1").mkdir()
    (out / "2").mkdir()

    one, two = kit.seal(folder, out / "1"), kit.seal(folder, out / "2")

    assert one.statement.case_commitment != two.statement.case_commitment
    assert one.statement.inner_commitment != two.statement.inner_commitment
    assert one.statement.payload_sha256 != two.statement.payload_sha256


class SmallDisk(io.FileIO):
    """A file that takes 20 MB and no more."""

    def write(self, data):
        if self.tell() > 20_000_000:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(data)


def test_a_full_disk_is_told_as_such_and_nothing_is_left(kit, folder, out, monkeypatch):
    (folder / "big").write_bytes(bytes(80_000_000))
    monkeypatch.setattr(
        sealing, "open", lambda path, *_, **__: SmallDisk(path, "xb"), raising=False
    )

    with pytest.raises(Unavailable, match=r"cannot be written\. No space left"):
        kit.seal(folder, out)

    assert list(out.iterdir()) == []


def test_recipients_of_two_kinds_are_refused(kit, hybrid_kit, folder, out):
    mixed = [kit.recipients[0], hybrid_kit.recipients[0]]

    with pytest.raises(Invalid, match="of two kinds"):
        kit.seal(folder, out, recipients=mixed)


def test_a_mistyped_recipient_is_refused(kit, folder, out):
    with pytest.raises(Invalid, match="A recipient cannot be used"):
        kit.seal(folder, out, recipients=["age1nonsense", kit.recipients[0]])


def test_a_package_id_of_another_form_is_refused(kit, folder, out):
    with pytest.raises(Invalid, match="not a lower-case UUID"):
        kit.seal(folder, out, package_id=kit.package_id.upper())


def test_a_seal_certificate_over_another_key_is_refused_before_reading(kit, folder, out):
    other = replace(kit.sealer, key=keys.generate("p256"))

    with pytest.raises(Invalid, match="certificate is not over the key"):
        kit.seal(folder, out, sealer=other)

    assert list(out.iterdir()) == []


def test_an_expired_seal_certificate_is_refused(kit, folder, out):
    with clock.frozen(UNTIL + timedelta(days=1)), pytest.raises(Invalid, match="not valid now"):
        sealing.seal(
            folder,
            out,
            order=kit.signed,
            package_id=kit.package_id,
            recipients=kit.recipients,
            sealer=kit.sealer,
        )


def test_many_small_and_large_files_mixed_keep_their_digests(kit, folder, out):
    contents = {f"{place:04}": os.urandom(90_000 if place % 3 else 10) for place in range(600)}
    for name, content in contents.items():
        (folder / name).write_bytes(content)

    kit.seal(folder, out)

    lines = opened(kit, out)[layout.BAG_MANIFEST].decode().splitlines()
    assert lines == [
        f"{hashlib.sha256(content).hexdigest()}  data/{name}" for name, content in contents.items()
    ]


MEASURE = """
import sys
from pathlib import Path
from tests.package.sealing_kit import make_kit
make_kit().seal(Path(sys.argv[1]), Path(sys.argv[2]))
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc")
def test_memory_stays_below_128_mib_whatever_the_size(folder, out):
    with (folder / "big").open("wb") as big:
        big.truncate(400_000_000)
    root = Path(__file__).parents[2]

    command = [sys.executable, "-c", MEASURE, folder, out]
    found = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)

    assert int(found.stdout) < 128 * 1024
