"""Age as packages use it: detached headers, hybrid keys, ranges."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.crypto import age, age_stream

KINDS = [age.X25519Identity, age.HybridIdentity]


def sealed(plain, file_key=b"k" * 16):
    return b"".join(age.encrypt_payload([plain], file_key))


@pytest.mark.parametrize("kind", KINDS)
def test_each_recipient_opens_a_detached_header(kind):
    file_key, holders = age.new_file_key(), [kind.generate(), kind.generate()]

    header = age.make_header(file_key, [holder.recipient for holder in holders])

    parsed = age.parse_header(header)
    assert parsed.raw == header
    assert [age.open_header(parsed, [holder]) for holder in holders] == [file_key] * 2


@pytest.mark.parametrize("kind", KINDS)
def test_a_stranger_does_not_open_a_header(kind):
    header = age.parse_header(age.make_header(age.new_file_key(), [kind.generate().recipient]))

    with pytest.raises(age.NoMatchError, match="None of the given keys"):
        age.open_header(header, [X.generate() for X in KINDS])


def test_a_removed_stanza_breaks_the_mac():
    holders = [age.X25519Identity.generate() for _ in range(2)]
    parsed = age.parse_header(age.make_header(bytes(16), [one.recipient for one in holders]))
    cut = age.Header(parsed.stanzas[1:], age.write_stanzas(parsed.stanzas[1:]), parsed.mac)

    with pytest.raises(age.MacError, match="changed after sealing"):
        age.open_header(cut, holders)


def test_recipients_of_two_kinds_are_refused():
    recipients = [kind.generate().recipient for kind in KINDS]

    with pytest.raises(age.HeaderError, match="two kinds"):
        age.make_header(bytes(16), recipients)


def test_a_recipient_named_twice_is_refused():
    recipient = age.X25519Identity.generate().recipient

    with pytest.raises(age.HeaderError, match="each named once"):
        age.make_header(bytes(16), [recipient, recipient])


def test_bytes_behind_a_detached_header_are_refused():
    header = age.make_header(bytes(16), [age.X25519Identity.generate().recipient])

    with pytest.raises(age.HeaderError, match="Bytes follow"):
        age.parse_header(header + b"x")


def test_a_header_beyond_64_kib_is_refused():
    stanza = b"-> grease " + b"x" * 65_000 + b"\n\n"

    with pytest.raises(age.HeaderError, match="64 KiB"):
        age.parse_header(b"age-encryption.org/v1\n" + stanza * 2)


@pytest.mark.parametrize("kind", KINDS)
def test_an_identity_comes_back_from_its_text_and_hides_it_in_repr(kind):
    identity = kind.generate()

    again = age.parse_identity(str(identity))

    assert again.recipient == identity.recipient
    assert "SECRET" not in repr(identity)


def test_an_identity_file_may_hold_comments():
    one, two = age.X25519Identity.generate(), age.HybridIdentity.generate()

    found = age.parse_identities(f"# made today\n{one}\n\n{two}\n")

    assert [identity.recipient for identity in found] == [one.recipient, two.recipient]


def test_an_empty_identity_file_is_refused():
    with pytest.raises(age.KeyTextError, match="no age identity"):
        age.parse_identities("# nothing\n")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda text: text[:-1] + ("q" if text[-1] != "q" else "p"), "checksum"),
        (lambda text: text[:-1] + "B", "mixes|letter"),
        (str.upper, "no kind"),
        (lambda text: text.replace("1", "", 1), "no prefix|letter|checksum"),
    ],
)
def test_a_mistyped_recipient_is_refused(spoil, words):
    with pytest.raises(age.KeyTextError, match=words):
        age.parse_recipient(spoil(age.X25519Identity.generate().recipient))


def test_a_secret_that_cannot_be_read_is_not_repeated():
    text = str(age.X25519Identity.generate())[:-1]

    with pytest.raises(age.KeyTextError) as refusal:
        age.parse_identity(text)

    assert text not in str(refusal.value)


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000])
def test_sizes_of_plaintext_and_payload_agree(size):
    payload = sealed(bytes(size))

    assert len(payload) == age.payload_size(size)
    assert age.plain_size(len(payload)) == size
    assert b"".join(age.decrypt_payload(io.BytesIO(payload), b"k" * 16)) == bytes(size)


@pytest.mark.parametrize("size", [0, 16, 31, 16 + 65_552 + 16, 16 + 65_552 + 5])
def test_a_length_that_no_payload_has_is_refused(size):
    with pytest.raises(age.PayloadError, match="No age payload has this length"):
        age.plain_size(size)


@given(offset=st.integers(0, 200_001), length=st.integers(0, 200_001))
def test_any_range_reads_as_in_the_plaintext(offset, length):
    plain = bytes(range(256)) * 782
    reader = age.PayloadReader(
        io.BytesIO(PAYLOAD_OF_PATTERN), size=len(PAYLOAD_OF_PATTERN), file_key=b"k" * 16
    )

    assert reader.read_at(offset, length) == plain[offset : offset + length]


PAYLOAD_OF_PATTERN = sealed(bytes(range(256)) * 782)


def test_a_cut_payload_is_refused_before_any_range_is_read():
    cut = sealed(bytes(200_000))[: 16 + 2 * age_stream.SEALED_CHUNK_SIZE]

    with pytest.raises(age.PayloadError, match="Chunk 1"):
        age.PayloadReader(io.BytesIO(cut), size=len(cut), file_key=b"k" * 16)


def test_swapped_chunks_are_refused():
    payload = sealed(bytes(200_000))
    size = age_stream.SEALED_CHUNK_SIZE
    one, two = payload[16 : 16 + size], payload[16 + size : 16 + 2 * size]
    swapped = payload[:16] + two + one + payload[16 + 2 * size :]

    with pytest.raises(age.PayloadError, match="Chunk 0"):
        list(age.decrypt_payload(io.BytesIO(swapped), b"k" * 16))


def test_a_fingerprint_is_the_digest_of_the_recipients_text():
    assert age.recipient_fingerprint("age1").startswith("sha256:")
    assert len(age.recipient_fingerprint("age1")) == 7 + 64
