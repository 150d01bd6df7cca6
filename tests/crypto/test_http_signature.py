"""Signed requests: what is sent verifies, and no changed, late, foreign or odd request does."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from broker.basics.errors import DigestMismatch, Refusal, Unauthenticated
from broker.crypto import keys
from broker.crypto.http_signature import read_keyid, sign_request, verify_request

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
URL = "http://localhost:8000/api/v1/referrals/?cursor=a%20b&limit=5"
KEYS = {algorithm: keys.generate(algorithm) for algorithm in ("ed25519", "p256")}
KEY = KEYS["ed25519"]
BODY = b'{"answer":"removed"}'
NONCE = "0123456789abcdef"
GET = {"method": "GET", "url": URL, "body": b""}
POST = {"method": "POST", "url": URL, "body": BODY}
FOUR = '"@method" "@authority" "@path" "@query"'
REST = 'keyid="k";tag="broker-v1"'
TIMES = f"created={NOON.timestamp():.0f};expires={NOON.timestamp() + 300:.0f}"


@pytest.fixture(params=KEYS)
def key(request):
    return KEYS[request.param]


def signed(request, *, key=KEY, at=NOON, **changes):
    headers = {"Idempotency-Key": "k-1"} if request["body"] else {}
    kwargs = {"headers": headers, "keyid": key.public().fingerprint} | changes
    return sign_request(**request, key=key, at=at, **kwargs)


def verify(request, headers, *, key=KEY, at=NOON):
    return verify_request(**request, headers=headers, public=key.public(), at=at)


def base_of(member, *, method="GET", **fields):
    """The signature base of RFC 9421, section 2.5, for URL and the given header fields."""
    derived = ("GET", "localhost:8000", "/api/v1/referrals/", "?cursor=a%20b&limit=5")
    lines = dict(zip(FOUR.split(" "), (method, *derived[1:]), strict=True))
    lines |= {f'"{name.replace("_", "-")}"': value for name, value in fields.items()}
    return "\n".join(f"{k}: {v}" for k, v in (lines | {'"@signature-params"': member}).items())


def by_hand(*, components=FOUR, parameters=f'{TIMES};nonce="{NONCE}";{REST}', **fields):
    """Headers signed by KEY without the code under test."""
    member = f"({components});{parameters}"
    value = base64.b64encode(KEY.sign(base_of(member, **fields).encode())).decode()
    return {"Signature-Input": f"s={member}", "Signature": f"s=:{value}:"}


@pytest.mark.parametrize("request_", [GET, POST], ids=["get", "post"])
def test_a_signed_request_verifies_and_says_whose_it_is(request_, key):
    headers = signed(request_, key=key)

    verified = verify(request_, headers, key=key)

    assert read_keyid(headers) == verified.keyid == key.public().fingerprint
    assert (verified.created, verified.expires) == (NOON, NOON + 300 * SECOND)
    assert len(verified.nonce) == 32
    assert verify(request_, signed(request_, key=key), key=key).nonce != verified.nonce


def test_a_request_signed_by_hand_after_the_rfc_verifies():
    assert verify(GET, by_hand()).nonce == NONCE


def test_the_headers_are_those_of_the_profile():
    headers = signed(POST)

    digest = base64.b64encode(hashlib.sha256(BODY).digest()).decode()
    assert headers["content-digest"] == f"sha-256=:{digest}:"
    assert headers["content-type"] == "application/json"
    assert headers["signature-input"].startswith(
        f'broker=({FOUR} "content-digest" "content-type" "idempotency-key");created='
    )
    assert headers["signature-input"].endswith(';tag="broker-v1"')
    assert "alg=" not in headers["signature-input"]


def test_a_p256_signature_travels_as_r_and_s():
    headers = signed(GET, key=KEYS["p256"])

    raw = base64.b64decode(headers["signature"].split(":")[1])
    base = base_of(headers["signature-input"].removeprefix("broker="))
    halves = int.from_bytes(raw[:32]), int.from_bytes(raw[32:])
    assert len(raw) == 64
    assert KEYS["p256"].public().verify(encode_dss_signature(*halves), base.encode())


def test_names_of_headers_are_read_in_any_case():
    headers = {name.title(): value for name, value in signed(POST).items()}

    assert verify(POST, headers).keyid == KEY.public().fingerprint


@pytest.mark.parametrize(
    "change",
    [
        {"method": "PUT"},
        {"url": URL.replace("localhost", "example.org")},
        {"url": URL.replace("8000", "8001")},
        {"url": URL.replace("referrals", "packages")},
        {"url": URL + "&x=1"},
        {"url": URL.split("?", maxsplit=1)[0]},
    ],
)
def test_a_changed_request_is_refused(change, key):
    headers = signed(POST, key=key)

    with pytest.raises(Unauthenticated, match=r"does not match the request.*Check key, method"):
        verify(POST | change, headers, key=key)


@pytest.mark.parametrize("name", ["content-type", "idempotency-key"])
def test_a_changed_covered_header_is_refused(name):
    headers = signed(POST) | {name: "other"}

    with pytest.raises(Unauthenticated, match="does not match the request"):
        verify(POST, headers)


@given(st.binary(max_size=30))
def test_another_body_is_told_apart_by_its_digest(body):
    headers = signed(POST)

    if body != BODY:
        with pytest.raises(DigestMismatch, match="not that of the body") as refused:
            verify(POST | {"body": body}, headers)

        assert "Content-Digest: sha-256=" in refused.value.remedy


@pytest.mark.parametrize(
    "digest", [f"sha-512=:{'A' * 86}==:", f"md5=:{'A' * 22}==:", "nonsense", "sha-256=5"]
)
def test_a_digest_other_than_sha_256_is_refused(digest):
    fields = {"content_digest": digest, "content_type": "a/b", "idempotency_key": "k"}
    names = [name.replace("_", "-") for name in fields]
    components = " ".join([FOUR, *(f'"{name}"' for name in names)])
    headers = by_hand(components=components, method="POST", **fields)

    with pytest.raises(DigestMismatch, match="not that of the body"):
        verify(POST, headers | dict(zip(names, fields.values(), strict=True)))


@pytest.mark.parametrize("other", [keys.generate("ed25519"), KEYS["p256"]], ids=["same", "other"])
def test_another_key_does_not_verify(other):
    with pytest.raises(Unauthenticated, match="does not match the request"):
        verify(GET, signed(GET), key=other)


def test_the_algorithm_is_the_keys_whatever_the_message_says():
    default = f'{TIMES};nonce="{NONCE}";{REST}'

    assert verify(GET, by_hand(parameters=f'{default};alg="ed25519"')).nonce == NONCE
    for claimed in ("hmac-sha256", "ecdsa-p256-sha256", "none"):
        with pytest.raises(Unauthenticated, match="does not match the request"):
            verify(GET, by_hand(parameters=f'{default};alg="{claimed}"'))


def test_a_body_that_is_not_covered_is_refused():
    with pytest.raises(Unauthenticated, match="components that the signature covers") as refused:
        verify(GET | {"body": b"x"}, by_hand())

    assert refused.value.why == "missing: content-digest, content-type, idempotency-key."


def test_an_unsafe_request_without_a_body_may_carry_an_idempotency_key():
    request = {"method": "DELETE", "url": URL, "body": b""}
    headers = signed(request, headers={"Idempotency-Key": "k"})

    assert verify(request, headers)
    with pytest.raises(DigestMismatch):
        verify(request | {"body": b"x"}, headers)


def test_a_component_covered_twice_is_refused():
    with pytest.raises(Unauthenticated, match="does not match the request"):
        verify(GET, by_hand(components=f'{FOUR} "@path"'))


@pytest.mark.parametrize("missing", ["Signature", "Signature-Input"])
def test_an_unsigned_request_is_refused(missing):
    headers = {name: value for name, value in by_hand().items() if name != missing}

    for read in (read_keyid, lambda given: verify(GET, given)):
        with pytest.raises(Unauthenticated, match="The request is not signed") as refused:
            read(headers)
        assert refused.value.remedy.startswith("Sign every request")


def test_a_second_signature_of_the_profile_is_refused():
    headers = by_hand()
    doubled = {name: f"{value}, {value.replace('s=', 't=', 1)}" for name, value in headers.items()}

    with pytest.raises(Unauthenticated, match="has 2 signatures with the tag broker-v1"):
        verify(GET, doubled)


def test_a_signature_for_someone_else_beside_ours_does_no_harm():
    headers = by_hand()
    headers["Signature-Input"] += ', proxy=("@method");created=1;keyid="p";tag="proxy"'
    headers["Signature"] += ", proxy=:AAAA:"

    assert verify(GET, headers).nonce == NONCE


@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from([GET, POST]))
def test_any_headers_are_refused_in_plain_words(first, second, request_):
    good = signed(request_)
    refusals = []

    for headers in (
        good | {"signature-input": first, "signature": second},
        good | {"signature-input": good["signature-input"] + first},
        good | {"signature": second},
        good | {"content-digest": first},
    ):
        try:
            verify(request_, headers)
        except Refusal as refusal:
            refusals.append(refusal)

    assert all(refusal.what and refusal.remedy for refusal in refusals)


@pytest.mark.parametrize(
    ("url", "key", "message"),
    [
        (URL, "", "needs an Idempotency-Key header"),
        (URL, "é", "cannot be signed"),
        (URL, "a\r\nX: b", "cannot be signed"),
        ("/relative", "k", "cannot be signed"),
        ("http://localhost/a b", "k", "cannot be signed"),
    ],
)
def test_what_cannot_be_signed_is_not_sent(url, key, message):
    with pytest.raises(ValueError, match=message):
        signed(POST | {"url": url}, headers={"Idempotency-Key": key})
