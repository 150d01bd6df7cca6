"""Keys: made, kept, read back, and refused when they are of another kind."""

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from broker.basics.errors import Invalid
from broker.crypto import keys

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
UNTIL = datetime(2036, 1, 1, tzinfo=UTC)


@pytest.fixture(params=["ed25519", "p256"])
def key(request):
    return keys.generate(request.param)


def public_der(half, point=PublicFormat.SubjectPublicKeyInfo):
    return half.public_bytes(Encoding.DER, point)


def test_a_signature_verifies_with_its_key_over_its_data_alone(key):
    public = keys.PublicKey.from_spki(key.spki())

    signature = key.sign(b"data")

    assert public.algorithm == key.algorithm
    assert public.verify(signature, b"data")
    assert not public.verify(signature, b"date")
    assert not public.verify(signature[:-1], b"data")
    assert not public.verify(b"", b"data")
    assert not keys.generate(key.algorithm).public().verify(signature, b"data")


def test_a_key_survives_its_pem(key):
    read = keys.load_pem(keys.to_pem(key))

    assert read.spki() == key.spki()
    assert read.algorithm == key.algorithm


def test_the_older_pem_of_openssl_is_read_too():
    key = keys.generate("p256")
    pem = key.private.private_bytes(
        Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )

    assert keys.load_pem(pem).spki() == key.spki()


def test_a_key_never_shows_its_secret(key):
    assert repr(key) == f"SoftwareKey({key.algorithm}, {key.public().fingerprint})"


def test_a_fingerprint_is_the_hash_of_the_public_half(key):
    assert key.public().fingerprint == keys.fingerprint(key.spki())
    assert len(key.public().fingerprint) == 64


def test_an_unknown_algorithm_is_not_made():
    with pytest.raises(ValueError, match="no algorithm 'rsa'; choose ed25519 or p256"):
        keys.generate("rsa")


@pytest.mark.parametrize(
    "foreign",
    [
        rsa.generate_private_key(public_exponent=65537, key_size=2048),
        ec.generate_private_key(ec.SECP384R1()),
    ],
    ids=["rsa", "p384"],
)
def test_keys_of_other_kinds_are_refused(foreign):
    pem = foreign.private_bytes(
        Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )

    with pytest.raises(Invalid, match="private key is of a kind that is not accepted"):
        keys.load_pem(pem)
    with pytest.raises(Invalid, match="public key is of a kind that is not accepted"):
        keys.PublicKey.from_spki(public_der(foreign.public_key()))


def test_an_encrypted_key_is_refused(key):
    pem = key.private.private_bytes(
        Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"x"),
    )

    with pytest.raises(Invalid, match=r"cannot be read\. Give it as unencrypted PEM"):
        keys.load_pem(pem)


@pytest.mark.parametrize("der", [b"", b"\x30", b"\x00" * 91])
def test_bytes_that_are_no_key_are_refused(der):
    with pytest.raises(Invalid, match="public key cannot be read"):
        keys.PublicKey.from_spki(der)


def test_a_second_encoding_of_a_key_is_refused():
    half = keys.generate("p256").private.public_key()
    point = half.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    head = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200")

    with pytest.raises(Invalid, match="not in the one encoding that is accepted"):
        keys.PublicKey.from_spki(head + point)


def test_an_issued_certificate_leads_to_its_authority(key):
    ca_key, ca_cert = keys.make_ca("Seal CA", valid_from=SINCE, valid_to=UNTIL)

    cert = keys.issue_certificate(
        ca_key, ca_cert, key.public(), common_name="P", valid_from=SINCE, valid_to=UNTIL
    )

    cert.verify_directly_issued_by(ca_cert)
    assert public_der(cert.public_key()) == key.spki()
    assert (cert.not_valid_before_utc, cert.not_valid_after_utc) == (SINCE, UNTIL)
    assert not cert.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert cert.extensions.get_extension_for_class(x509.KeyUsage).value.content_commitment
    assert ca_cert.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_a_certificate_can_be_issued_from_any_form_of_the_public_half(key):
    authority = keys.make_ca("Seal CA", valid_from=SINCE, valid_to=UNTIL)
    forms = (key, key.public(), key.private.public_key())

    certs = [
        keys.issue_certificate(*authority, form, common_name="P", valid_from=SINCE, valid_to=UNTIL)
        for form in forms
    ]

    assert {public_der(cert.public_key()) for cert in certs} == {key.spki()}
