"""Every applicable vector of C2SP's age test kit gives its stated outcome.

Not applicable, and skipped by name: `armor_*` (the ASCII armour is never used in a
package) and `scrypt*` (no package is sealed under a passphrase), together 58 of 143.
"""

import hashlib
import io
import zlib
from dataclasses import dataclass
from pathlib import Path

import pytest

from broker.crypto import age

FOLDER = Path(__file__).resolve().parents[3] / "shared/data/vectors/age-testkit/age/testdata"
NAMES = sorted(path.name for path in FOLDER.iterdir()) if FOLDER.is_dir() else []
OUTCOMES = {
    "no match": age.NoMatchError,
    "HMAC failure": age.MacError,
    "header failure": age.HeaderError,
    "payload failure": age.PayloadError,
}


def is_applicable(name):
    return not name.startswith(("armor", "scrypt"))


@dataclass
class Vector:
    fields: dict[str, list[str]]
    file: bytes


def read_vector(name):
    head, _, file = (FOLDER / name).read_bytes().partition(b"\n\n")
    fields = {}
    for line in head.decode().splitlines():
        key, _, value = line.partition(": ")
        fields.setdefault(key, []).append(value)
    return Vector(fields, zlib.decompress(file) if "compressed" in fields else file)


def open_vector(vector):
    """Return the outcome as the kit names it, and the plaintext released before it."""
    identities = [age.parse_identity(text) for text in vector.fields.get("identity", [])]
    plain = b""
    try:
        for chunk in age.open_file(io.BytesIO(vector.file), identities):
            plain += chunk
    except age.AgeError as refusal:
        return type(refusal), plain
    return None, plain


def test_the_kit_has_the_vectors_we_count_on(shared_data):
    applicable = [name for name in NAMES if is_applicable(name)]

    assert (len(NAMES), len(applicable)) == (143, 85)


@pytest.mark.parametrize("name", [name for name in NAMES if is_applicable(name)])
def test_a_vector_gives_its_stated_outcome(name):
    vector = read_vector(name)

    outcome, plain = open_vector(vector)

    assert outcome is OUTCOMES.get(vector.fields["expect"][0])
    if "payload" in vector.fields:
        assert hashlib.sha256(plain).hexdigest() == vector.fields["payload"][0]


READABLE = [
    name
    for name in NAMES
    if is_applicable(name) and read_vector(name).fields["expect"] != ["header failure"]
]


@pytest.mark.parametrize("name", READABLE)
def test_a_header_that_can_be_read_is_written_back_as_it_was(name):
    vector = read_vector(name)

    header = age.read_header(io.BytesIO(vector.file))

    assert vector.file.startswith(header.raw)
    assert age.write_stanzas(header.stanzas) == header.covered
