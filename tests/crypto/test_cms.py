"""CAdES-B signatures: made, read strictly, and accepted by openssl."""

import hashlib
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from shutil import which

import pytest
from asn1crypto import algos
from asn1crypto import cms as asn1
from cryptography.hazmat.primitives.serialization import Encoding

from broker.crypto import cms, keys

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
CONTENT = b"the manifest"
DIGEST = hashlib.sha256(CONTENT).digest()


@pytest.fixture(scope="module")
def authority():
    return keys.make_ca("Seal CA", valid_from=NOON - timedelta(9), valid_to=NOON + timedelta(900))


def certified(authority, key):
    return keys.issue_certificate(
        *authority,
        key,
        common_name="Platform",
        valid_from=NOON - timedelta(9),
        valid_to=NOON + timedelta(900),
    )


@pytest.fixture(scope="module")
def signer(authority):
    key = keys.generate("p256")
    return key, certified(authority, key)


@pytest.fixture(scope="module")
def signature(signer):
    return sign(signer)


def sign(signer, **changes):
    key, certificate = signer
    wanted = {"key": key, "certificate": certificate, "chain": (), "at": NOON} | changes
    return cms.sign_detached(DIGEST, **wanted)


def edited(signature, edit):
    """Return the signature after `edit` changed its SignedData, encoded anew."""
    info = asn1.ContentInfo.load(signature)
    edit(info["content"])
    return info.dump(force=True)


def test_a_signature_comes_back_as_it_was_made(signature, signer):
    parsed = cms.read_signature(signature)
    cms.verify_digest(parsed, DIGEST)

    assert parsed.signer == signer[1]
    assert parsed.signing_time == NOON
    assert parsed.message_digest == DIGEST
    assert (parsed.stamp_tokens, parsed.crls) == ((), ())


def test_the_chain_travels_along(signer, authority):
    parsed = cms.read_signature(sign(signer, chain=[authority[1]]))

    assert set(parsed.certificates) == {signer[1], authority[1]}


def test_other_content_is_refused(signature):
    parsed = cms.read_signature(signature)

    with pytest.raises(cms.SignatureError, match="over other bytes"):
        cms.verify_digest(parsed, hashlib.sha256(b"another").digest())


def test_a_signature_by_another_holder_of_the_same_authority_is_refused(authority, signer):
    other = keys.generate("p256")
    forged = cms.read_signature(sign((other, certified(authority, other))))

    with pytest.raises(cms.SignatureError, match="not made with the signer's key"):
        cms.verify_digest(replace(forged, signer=signer[1]), DIGEST)


def test_a_swapped_certificate_is_refused(signature, authority):
    impostor = certified(authority, keys.generate("p256"))

    def edit(content):
        content["certificates"] = [
            asn1.CertificateChoices.load(impostor.public_bytes(Encoding.DER))
        ]

    with pytest.raises(cms.CmsError, match="not in the signature"):
        cms.read_signature(edited(signature, edit))


def test_sha1_is_refused_as_an_algorithm(signature):
    def edit(content):
        content["signer_infos"][0]["digest_algorithm"] = algos.DigestAlgorithm(
            {"algorithm": "sha1"}
        )

    parsed = cms.read_signature(edited(signature, edit))

    with pytest.raises(cms.AlgorithmError, match="uses sha1"):
        cms.verify_digest(parsed, DIGEST)


def test_content_inside_is_refused(signature):
    def edit(content):
        content["encap_content_info"] = {"content_type": "data", "content": CONTENT}

    with pytest.raises(cms.CmsError, match="must be detached"):
        cms.read_signature(edited(signature, edit))


def test_two_signers_are_refused(signature):
    def edit(content):
        content["signer_infos"].append(content["signer_infos"][0].copy())

    with pytest.raises(cms.CmsError, match=r"one signer|attributes are missing"):
        cms.read_signature(edited(signature, edit))


def test_a_missing_attribute_is_refused(signer):
    plain = cms.sign_plain(DIGEST, key=signer[0], certificate=signer[1], at=NOON)

    with pytest.raises(cms.CmsError, match="not exactly those"):
        cms.read_signature(plain)
    cms.verify_digest(cms.read_plain_signature(plain), DIGEST)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda der: der + b"\x00",
        lambda der: der[:-1],
        lambda der: b"\x30\x80" + der[4:] + b"\x00\x00",
        lambda der: b"\x30\x83\x00" + der[2:],
        lambda der: b"",
        lambda der: b"not DER at all",
    ],
)
def test_bytes_that_are_not_der_are_refused(signature, spoil):
    with pytest.raises(cms.CmsError, match="cannot be read"):
        cms.read_signature(spoil(signature))


def test_attributes_out_of_order_are_refused(signature):
    def edit(content):
        signed = content["signer_infos"][0]["signed_attrs"]
        members = [one.dump() for one in signed]
        signed.contents = b"".join(reversed(members))

    info = asn1.ContentInfo.load(signature)
    edit(info["content"])
    raw = info["content"]["signer_infos"][0]["signed_attrs"].contents
    ordered = b"".join(
        one.dump()
        for one in asn1.ContentInfo.load(signature)["content"]["signer_infos"][0]["signed_attrs"]
    )
    shuffled = signature.replace(ordered, raw)

    assert shuffled != signature
    with pytest.raises(cms.CmsError, match="order of DER"):
        cms.read_signature(shuffled)


@pytest.mark.parametrize("bit", range(8))
def test_a_flipped_bit_anywhere_is_refused(signature, bit):
    accepted = []
    for place in range(len(signature)):
        flipped = bytearray(signature)
        flipped[place] ^= 1 << bit
        try:
            cms.verify_digest(cms.read_signature(bytes(flipped)), DIGEST)
        except cms.CmsError:
            continue
        accepted.append(place)

    assert accepted == []


def test_an_ed25519_key_does_not_sign_documents(signer):
    with pytest.raises(ValueError, match="P-256 key"):
        sign(signer, key=keys.generate("ed25519"))


def test_a_certificate_over_another_key_is_noticed_before_signing(signer):
    with pytest.raises(ValueError, match="not over the key"):
        sign(signer, key=keys.generate("p256"))


def test_a_signing_time_after_2049_is_read_back(signer):
    late = datetime(2051, 1, 1, tzinfo=UTC)

    assert cms.read_signature(sign(signer, at=late)).signing_time == late


def test_openssl_accepts_it_as_cades(tmp_path, signature, authority):
    if not which("openssl"):
        pytest.skip("openssl is not on PATH")
    (tmp_path / "ca.pem").write_bytes(authority[1].public_bytes(Encoding.PEM))
    (tmp_path / "content").write_bytes(CONTENT)
    (tmp_path / "signature").write_bytes(signature)
    command = "openssl cms -verify -cades -binary -inform DER -in signature -content content"
    command += f" -CAfile ca.pem -attime {int(NOON.timestamp())}"

    found = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, check=False)

    assert (found.returncode, found.stdout) == (0, CONTENT), found.stderr
    assert b"CAdES Verification successful" in found.stderr
