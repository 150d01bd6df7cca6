"""Attacks by who seals, or by a holder of the sealing key: everything outside is made to fit.

Source: docs/custody-format.md, section 5.
"""

import hmac
import subprocess
from dataclasses import replace
from datetime import timedelta
from shutil import which

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from broker.crypto import age
from broker.crypto.age_header import Header, write_stanzas
from broker.crypto.age_keys import derive_key
from broker.crypto.keys import to_pem
from evidence.package import layout, tar
from evidence.package.opening import Opening
from evidence.package.order import NamedRecipient
from evidence.package.task import SignedOrder
from evidence.package.trust import Use
from evidence.verifier.outcome import Exit, Status
from tests.verifier.attacks import failing
from tests.verifier.forge import Forge, judge
from tests.verifier.world import CASE_ID, CREATED, PACKAGE_ID, World, authority, issued_by

OTHER_ID = "0193d3a0-0000-7000-8000-0000000000ff"


def members_with(name, data):
    return lambda members: [(path, data if path == name else old) for path, old in members]


def raw_member(kind=b"0", name=b"bag/data/a.txt", size=0, link=b"", **fields):
    """Return one tar header block, whatever it says."""
    values = {"mode": b"0000644\0", "uid": b"0000000\0", "uname": b"", "prefix": b"", **fields}
    block = bytearray(512)
    for at, value in (
        (0, name),
        (100, values["mode"]),
        (108, values["uid"]),
        (116, b"0000000\0"),
        (124, b"%011o\0" % size),
        (136, b"%011o\0" % 0),
        (148, b" " * 8),
        (156, kind),
        (157, link),
        (257, b"ustar\x0000"),
        (265, values["uname"]),
        (345, values["prefix"]),
    ):
        block[at : at + len(value)] = value
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def insert_after_bagit(block):
    """Return an edit that puts raw tar bytes behind bagit.txt."""
    return lambda members: [members[0], (block, b""), *members[1:]]


INSIDE = [
    ({"edit_members": members_with("data/a.txt", b"ALPHA")}, "does not list exactly the files"),
    ({"edit_members": lambda m: [m[0], *m[2:]]}, "does not list exactly the files"),
    ({"edit_members": lambda m: [m[0], m[2], m[1], *m[3:]]}, "does not list exactly the files"),
    ({"edit_members": lambda m: m[:-1]}, "ends before its last file"),
    ({"edit_members": lambda m: [*m, ("data/late.txt", b"")]}, "behind the bag's last file"),
    ({"edit_members": lambda m: [*m[:4], m[5], m[4], *m[6:]]}, "stands where the bag has"),
    ({"edit_members": lambda m: m[1:]}, "does not begin with bag/bagit.txt"),
    ({"edit_members": members_with(layout.BAGIT, b"BagIt-Version: 0.97\n")}, "declare BagIt 1.0"),
    ({"edit_members": lambda m: [*m[:-1], ("evil.txt", b""), m[-1]]}, "stands where the bag has"),
    ({"edit_manifest": lambda text: text.replace(b"a.txt", b"b.txt")}, "does not list exactly"),
    ({"edit_tag_manifest": lambda text: text[:-1]}, "does not list exactly the tag files"),
    ({"files": {"../../etc/passwd": b"x"}}, "is not allowed in a package"),
    ({"files": {"/etc/passwd": b"x"}}, "is not allowed in a package"),
    ({"files": {"a/./b": b"x"}}, "is not allowed in a package"),
    ({"files": {"a\\b": b"x"}}, "is not allowed in a package"),
    ({"files": {"a\u202eb": b"x"}}, "is not allowed in a package"),
    ({"files": {"e\u0301": b"x"}}, "is not allowed in a package"),
    ({"files": {"n" * 256: b"x"}}, "is not allowed in a package"),
    ({"files": {"A.txt": b"x", "a.txt": b"y"}}, "clashes with another"),
    ({"files": {"stra\u00dfe": b"x", "STRASSE": b"y"}}, "clashes with another"),
    ({"files": {"a": b"x", "a/b": b"y"}}, "a file's and a folder's at once"),
    ({"files": {"a/b": b"x", "A": b"y"}}, "a file's and a folder's at once"),
    ({"edit_members": lambda m: [m[0], m[1], m[1], *m[2:]]}, "clashes with another"),
    ({"edit_plain": lambda plain: plain[:-1] + b"\x01"}, "holds bytes other than zero"),
    ({"edit_plain": lambda plain: plain + bytes(512)}, "is padded to"),
    ({"edit_plain": lambda plain: plain[:-512]}, "is padded to"),
    ({"edit_tar": lambda text: text[:-512] + b"\x01" * 512}, "two zero blocks"),
    ({"edit_info": lambda info: replace(info, octets=1)}, "Payload-Oxum says 1.2"),
    ({"edit_info": lambda info: replace(info, files=3)}, "Payload-Oxum says"),
    ({"edit_info": lambda info: replace(info, case_id=OTHER_ID)}, "names another case"),
    ({"edit_info": lambda info: replace(info, order_id=OTHER_ID)}, "names another case or order"),
    ({"edit_info": lambda info: replace(info, order_sha256="00" * 32)}, "digest of the order"),
    ({"edit_info": lambda info: replace(info, package_id=OTHER_ID)}, "names another package"),
    ({"edit_info": lambda info: replace(info, sealed_by="someone")}, "another organisation"),
    (
        {"edit_info": lambda info: replace(info, recipients=info.recipients[::-1])},
        "bag-info.txt names other recipients",
    ),
    (
        {"opening": Opening(OTHER_ID, CASE_ID, "44" * 32, "55" * 32)},
        "The opening inside is another package's",
    ),
    (
        {"opening": Opening(PACKAGE_ID, OTHER_ID, "44" * 32, "55" * 32)},
        "The order is another case's",
    ),
    (
        {"edit_statement": lambda one: replace(one, case_commitment="00" * 32)},
        "The commitment to the case does not open",
    ),
    (
        {"edit_statement": lambda one: replace(one, inner_commitment="00" * 32)},
        "The commitment to the inside does not open",
    ),
    ({"edit_statement": lambda one: replace(one, derived=True)}, "part of another"),
]


@pytest.mark.parametrize(("changes", "reason"), INSIDE)
def test_what_is_wrong_inside_is_seen_with_a_key(world, changes, reason):
    report = judge(Forge(world, **changes).build(), world)

    assert report.exit is Exit.FAIL
    assert report.check(7).status is Status.FAIL
    assert reason in " ".join(report.check(7).reasons)


TAR = [
    (raw_member(b"2", link=b"/etc/passwd"), "no plain file"),
    (raw_member(b"1", link=b"bag/bagit.txt"), "no plain file"),
    (raw_member(b"3"), "no plain file"),
    (raw_member(b"4"), "no plain file"),
    (raw_member(b"5"), "no plain file"),
    (raw_member(b"6"), "no plain file"),
    (raw_member(b"\0"), "no plain file"),
    (raw_member(b"g", size=0), "no plain file"),
    (raw_member(b"S"), "no plain file"),
    (raw_member(size=2**33 - 1), "where fewer are left"),
    (raw_member(mode=b"0004755\0"), "a mode, owner or time"),
    (raw_member(uid=b"0001750\0"), "a mode, owner or time"),
    (raw_member(uname=b"root"), "an owner's name"),
    (raw_member(prefix=b".."), "a path prefix"),
    (raw_member(name=b"a\0hidden"), "behind the end of a text"),
    (raw_member(name=b"\xff"), "not UTF-8"),
    (raw_member(name=b"bag/data/../../x"), "is not allowed in a package"),
    (raw_member(name=b"/abs"), "stands where the bag has"),
    (raw_member(mode=b"\x80\0\0\0\0\0\1\0"), "not plain octal"),
    (raw_member()[:-1] + b"\x01", "was changed"),
    (raw_member(b"x", size=0), "empty or too large"),
    (raw_member(b"x", size=20000), "empty or too large"),
    (
        raw_member(b"x", size=19) + b"19 path=bag/data/a\n".ljust(512, b"\0") + raw_member(),
        "without need",
    ),
    (
        raw_member(b"x", size=20) + b"20 mtime=1732449600\n".ljust(512, b"\0") + raw_member(),
        "more than path and size",
    ),
    (
        raw_member(b"x", size=18) + b"9 size=1\n9 size=2\n".ljust(512, b"\0") + raw_member(),
        "gives a value twice",
    ),
]


@pytest.mark.parametrize(("block", "reason"), TAR)
def test_a_tar_member_that_has_no_place_is_refused(world, block, reason):
    forge = Forge(world, edit_members=insert_after_bagit(block))

    report = judge(forge.build(), world)

    assert failing(report) == {7}
    assert reason in report.check(7).reasons[0]


def test_zeros_in_the_gap_behind_a_file_are_demanded(world):
    def fill_gap(text):
        at = text.index(b"alpha") + 100
        return text[:at] + b"!" + text[at + 1 :]

    report = judge(Forge(world, edit_tar=fill_gap).build(), world)

    assert "fill the gap behind a file" in report.check(7).reasons[0]


def test_another_holder_of_the_same_authority_cannot_seal(world):
    report = judge(
        Forge(world, outer_signer=world.other_seal, inner_signer=world.other_seal).build(), world
    )

    assert failing(report) == {3}
    assert "no seal key of platform-1" in report.check(3).reasons[0]


def test_the_inner_signature_must_be_the_same_signers(world):
    report = judge(Forge(world, inner_signer=world.other_seal).build(), world)

    assert failing(report) == {3}
    assert "inner signature is by another certificate" in report.check(3).reasons[0]


def test_the_statement_must_name_the_certificate_that_signs(world):
    forge = Forge(world, edit_statement=lambda one: replace(one, cert_sha256="00" * 32))

    report = judge(forge.build(), world)

    assert failing(report) == {3}
    assert "another certificate than the statement names" in report.check(3).reasons[0]


def test_a_certificate_of_an_unknown_authority_is_refused(world):
    stranger = issued_by(authority("nobody"), "platform seal")

    trust = world.trust_with("platform-1", stranger.entry(Use.SEAL))
    package = Forge(world, outer_signer=stranger, inner_signer=stranger).build()

    report = judge(package, world, trust=trust)

    assert failing(report) == {3}
    assert "None of the trusted authorities issued" in report.check(3).reasons[0]


def test_a_certificate_that_had_expired_is_refused(world):

    old = issued_by(world.seal_ca, "old", until=CREATED - timedelta(days=1))
    trust = world.trust_with("platform-1", old.entry(Use.SEAL))

    report = judge(Forge(world, outer_signer=old, inner_signer=old).build(), world, trust=trust)

    assert failing(report) == {3}
    assert "was not valid at" in report.check(3).reasons[0]


def test_sha1_is_refused_as_an_algorithm(world, tmp_path):
    if not which("openssl"):
        pytest.skip("openssl is not on PATH")

    def downgrade(_):
        return _openssl_sha1(world, tmp_path, forge.seen)

    def remember(manifest):
        forge.seen = manifest
        return manifest

    forge = Forge(world, edit_asic=remember, edit_signature=downgrade)
    report = judge(forge.build(), world)

    assert {3, 4} <= failing(report)
    assert "sha1" in " ".join(report.check(4).reasons)


def _openssl_sha1(world, folder, data):

    (folder / "key.pem").write_bytes(to_pem(world.seal.key))
    (folder / "cert.pem").write_bytes(world.seal.certificate.public_bytes(Encoding.PEM))
    (folder / "data").write_bytes(data)
    signing = "-sign -binary -in data -signer cert.pem -inkey key.pem -md sha1 -cades -nosmimecap"
    subprocess.run(
        ["openssl", "cms", *signing.split(), "-outform", "DER", "-out", "out.p7s"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return (folder / "out.p7s").read_bytes()


def test_mixed_kinds_of_recipients_are_refused(world):
    hybrid = age.HybridIdentity.generate()

    def mixed(file_key, recipients):

        holders = [age.parse_recipient(recipients[0]), age.parse_recipient(hybrid.recipient)]
        covered = write_stanzas(holder.wrap(file_key) for holder in holders)
        mac = hmac.digest(derive_key(file_key, b"", b"header"), covered, "sha256")
        return Header((), covered, mac).raw

    report = judge(Forge(world, header=mixed).build(), world)

    assert failing(report) == {5}
    assert "of the kinds X25519, mlkem768x25519" in report.check(5).reasons[0]


def test_a_recipient_slipped_in_is_not_in_the_order(world):
    slipped = World(kind=age.X25519Identity)
    slipped.__dict__.update(world.__dict__)
    slipped.escrow = world.stranger
    order = world.signed_order()

    report = judge(Forge(slipped, signed_order=order).build(), world)

    assert failing(report) == {7}
    assert "The order names other recipients" in " ".join(report.check(7).reasons)
    assert any(note.startswith("unknown recipient") for note in report.notes)


def test_a_removed_recipient_leaves_too_few(world):
    def alone(one):
        return replace(one, recipients=one.recipients[:1])

    report = judge(Forge(world, edit_statement=alone).build(), world)

    assert {5, 7} <= failing(report)
    assert "at least two recipients" in " ".join(report.check(5).reasons)


def test_without_an_escrow_key_the_recipients_do_not_suffice(world):

    office = world.trust().party("office-1").keys
    trust = world.trust_with(
        "office-1",
        office[0],
        world.receive_key(Use.RECEIVE, world.escrow),
        office[2],
    )

    report = judge(Forge(world).build(), world, trust=trust)

    assert failing(report) == {5}
    assert "escrow key" in report.check(5).reasons[0]


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ({"issued_by": "platform-1"}, "not signed by an order key of platform-1"),
        ({"issued_by": "nobody"}, "not signed by an order key of nobody"),
        ({"issued": CREATED.replace(year=2020)}, "not signed by an order key of office-1"),
        ({"case_id": OTHER_ID}, "The order is another case's"),
        (
            {"recipients": (NamedRecipient("sha256:" + "00" * 32, "office"),)},
            "The order names other recipients",
        ),
    ],
)
def test_an_order_that_does_not_fit_is_refused(world, order, reason):
    report = judge(Forge(world, signed_order=world.signed_order(**order)).build(), world)

    assert failing(report) == {7}
    assert reason in " ".join(report.check(7).reasons)


def test_json_inside_that_is_refused_counts_to_check_2(world):
    document = world.order_document().replace(b",", b", ")
    spaced = SignedOrder(document, world.order.sign(document))

    report = judge(Forge(world, signed_order=spaced).build(), world)

    assert failing(report) == {2}
    assert "not in its canonical form" in report.check(2).reasons[0]


def test_an_order_signature_that_cannot_be_read_counts_to_check_3_too(world):
    broken = SignedOrder(world.order_document(), b"\x30\x00")

    report = judge(Forge(world, signed_order=broken).build(), world)

    assert failing(report) == {3, 7}


def test_an_order_signed_by_someone_else_is_refused(world):
    document = world.order_document()

    forged = SignedOrder(document, world.other_seal.sign(document))

    report = judge(Forge(world, signed_order=forged).build(), world)

    assert failing(report) == {7}
    assert "not signed by an order key" in report.check(7).reasons[0]


def test_names_contents_case_and_order_are_not_in_the_container(world):
    package = Forge(world, files={"victim-name.txt": b"secret words"}).build()

    for hidden in (b"victim-name", b"secret words", CASE_ID.encode(), b"0000004de"):
        assert hidden not in package
    assert tar.END not in package
