"""Age v1 (C2SP age): who can open a file, its header, and its payload.

The header may stand in a file of its own. This is the door; behind it `age_keys` wraps
file keys, `age_header` reads and writes the header's text, `age_stream` the payload.
"""

import hashlib
import hmac
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import BinaryIO

from broker.crypto import bech32
from broker.crypto.age_header import (
    AgeError,
    Header,
    HeaderError,
    Stanza,
    parse_header,
    read_header,
    write_stanzas,
)
from broker.crypto.age_keys import (
    FILE_KEY_SIZE,
    HybridIdentity,
    HybridRecipient,
    Identity,
    Recipient,
    X25519Identity,
    X25519Recipient,
    derive_key,
)
from broker.crypto.age_stream import (
    NONCE_SIZE,
    ChunkCipher,
    PayloadError,
    PayloadReader,
    decrypt_payload,
    encrypt_payload,
    payload_size,
    plain_size,
)

__all__ = [
    "NONCE_SIZE",
    "AgeError",
    "ChunkCipher",
    "Header",
    "HeaderError",
    "HybridIdentity",
    "Identity",
    "KeyTextError",
    "MacError",
    "NoMatchError",
    "PayloadError",
    "PayloadReader",
    "Stanza",
    "X25519Identity",
    "decrypt_payload",
    "encrypt_payload",
    "make_header",
    "new_file_key",
    "open_file",
    "open_header",
    "parse_header",
    "parse_identities",
    "parse_identity",
    "parse_recipient",
    "payload_size",
    "plain_size",
    "read_header",
    "recipient_fingerprint",
    "write_stanzas",
]

_RECIPIENTS: dict[str, Callable[[bytes], Recipient]] = {
    "age": X25519Recipient.from_bytes,
    "age1pq": HybridRecipient.from_bytes,
}
_IDENTITIES: dict[str, Callable[[bytes], Identity]] = {
    "AGE-SECRET-KEY-": X25519Identity,
    "AGE-SECRET-KEY-PQ-": HybridIdentity,
}


class MacError(AgeError):
    """A key opens the header, but its MAC is wrong: the header was changed."""


class NoMatchError(AgeError):
    """None of the keys opens this header."""


class KeyTextError(AgeError):
    """The text is not an age recipient or identity of a known kind."""


def parse_recipient(text: str) -> Recipient:
    """Read `age1...` or `age1pq1...`; raise KeyTextError."""
    return _parse(text, _RECIPIENTS, "recipient")


def parse_identity(text: str) -> Identity:
    """Read `AGE-SECRET-KEY-1...` or `AGE-SECRET-KEY-PQ-1...`; raise KeyTextError."""
    return _parse(text, _IDENTITIES, "identity")


def parse_identities(text: str) -> list[Identity]:
    """Read an identity file: one a line, empty lines and `#` comments skipped.

    Raises KeyTextError, also for a file without any identity.
    """
    lines = [line.strip() for line in text.splitlines()]
    identities = [parse_identity(line) for line in lines if line and not line.startswith("#")]
    if not identities:
        raise KeyTextError("The file holds no age identity.")
    return identities


def recipient_fingerprint(recipient: str) -> str:
    """Return `sha256:` and the hex SHA-256 of the recipient's text, as statements name it."""
    return "sha256:" + hashlib.sha256(recipient.encode("ascii")).hexdigest()


def new_file_key() -> bytes:
    """Return 16 fresh random bytes. A file key is used for one payload, once."""
    return os.urandom(FILE_KEY_SIZE)


def make_header(file_key: bytes, recipients: Sequence[str]) -> bytes:
    """Return a header that lets each recipient, all of one kind, unwrap the file key.

    Raises KeyTextError; HeaderError for no recipients, for one named twice, or for mixed
    kinds, which would be only as safe as the weakest.
    """
    holders = [parse_recipient(text) for text in recipients]
    if not holders or len(set(recipients)) != len(recipients):
        raise HeaderError("A header needs at least one recipient, each named once.")
    if len({holder.kind for holder in holders}) != 1:
        raise HeaderError("The recipients are of two kinds; a header takes only one.")
    covered = write_stanzas(holder.wrap(file_key) for holder in holders)
    return Header((), covered, _mac(file_key, covered)).raw


def open_header(header: Header, identities: Iterable[Identity]) -> bytes:
    """Return the file key with the first identity that fits.

    Raises NoMatchError, MacError, HeaderError for a stanza that is malformed.
    """
    for identity in identities:
        unwrapped = (identity.unwrap(stanza) for stanza in header.stanzas)
        file_key = next((key for key in unwrapped if key is not None), None)
        if file_key is not None:
            if not hmac.compare_digest(_mac(file_key, header.covered), header.mac):
                raise MacError("The header's MAC is wrong: it was changed after sealing.")
            return file_key
    raise NoMatchError("None of the given keys opens this header.")


def open_file(stream: BinaryIO, identities: Iterable[Identity]) -> Iterator[bytes]:
    """Yield the plaintext of a whole age file, header and payload in one stream, by chunks.

    Raises AgeError's kinds; what was yielded before a PayloadError is genuine.
    """
    file_key = open_header(read_header(stream), identities)
    return decrypt_payload(stream, file_key)


def _mac(file_key: bytes, covered: bytes) -> bytes:
    return hmac.digest(derive_key(file_key, b"", b"header"), covered, "sha256")


def _parse[Key](text: str, kinds: dict[str, Callable[[bytes], Key]], noun: str) -> Key:
    try:
        prefix, data = bech32.decode(text)
        return kinds[prefix](data)
    except KeyError:
        raise KeyTextError(f"The {noun} is of no kind that is accepted here.") from None
    except ValueError as fault:
        # The text itself is not repeated: it may be a secret.
        raise KeyTextError(f"The {noun} cannot be read: {fault}") from None
