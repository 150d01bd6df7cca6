"""Recipients and identities of age: wrapping a file key for one holder and unwrapping it.

Kinds X25519 (classic) and mlkem768x25519 (hybrid, HPKE), as C2SP age v1 has them.
"""

import hashlib
import os
from dataclasses import dataclass
from typing import ClassVar, Protocol, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from broker.crypto import bech32
from broker.crypto.age_header import HeaderError, Stanza, decode_base64, encode_base64

FILE_KEY_SIZE = 16
_WRAPPED_SIZE = FILE_KEY_SIZE + 16
_SHARE_SIZE = 32
_ENCAPSULATION_SIZE = 1088 + 32
_MLKEM_KEY_SIZE = 1184
_X25519_LABEL = b"age-encryption.org/v1/X25519"
_HYBRID_LABEL = b"age-encryption.org/mlkem768x25519"
_HYBRID = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)


def derive_key(secret: bytes, salt: bytes, label: bytes) -> bytes:
    """Return 32 bytes of HKDF-SHA-256; an empty salt stands for none."""
    return HKDF(hashes.SHA256(), 32, salt or None, label).derive(secret)


class Recipient(Protocol):
    """The public half: wraps file keys."""

    kind: ClassVar[str]

    def wrap(self, file_key: bytes) -> Stanza:
        """Return the 16-byte file key wrapped anew for this recipient."""


class Identity(Protocol):
    """The secret half: unwraps file keys. `str()` gives the secret, `repr()` does not."""

    @property
    def recipient(self) -> str:
        """The public half as text, lower case."""

    def unwrap(self, stanza: Stanza) -> bytes | None:
        """Return the file key, None if the stanza is for someone else; raise HeaderError."""


@dataclass(frozen=True, slots=True)
class X25519Recipient:
    """A classic recipient, `age1...`; `public` is 32 bytes."""

    kind: ClassVar[str] = "X25519"
    public: bytes

    @classmethod
    def from_bytes(cls, public: bytes) -> Self:
        """Read a public key of 32 bytes; raise ValueError for another length."""
        return cls(x25519.X25519PublicKey.from_public_bytes(public).public_bytes_raw())

    def wrap(self, file_key: bytes) -> Stanza:
        """Return the file key wrapped under a fresh ephemeral share."""
        ephemeral = x25519.X25519PrivateKey.generate()
        share = ephemeral.public_key().public_bytes_raw()
        shared = ephemeral.exchange(x25519.X25519PublicKey.from_public_bytes(self.public))
        sealer = ChaCha20Poly1305(derive_key(shared, share + self.public, _X25519_LABEL))
        arguments = (self.kind, encode_base64(share).decode())
        return Stanza(arguments, sealer.encrypt(bytes(12), file_key, None))


@dataclass(frozen=True, slots=True)
class HybridRecipient:
    """A recipient safe against quantum computers, `age1pq1...`; both halves must fall."""

    kind: ClassVar[str] = "mlkem768x25519"
    key: hpke.MLKEM768X25519PublicKey

    @classmethod
    def from_bytes(cls, public: bytes) -> Self:
        """Read ML-KEM-768 key (1184 bytes) and X25519 key (32 bytes), one behind the other."""
        lattice = mlkem.MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_KEY_SIZE])
        curve = x25519.X25519PublicKey.from_public_bytes(public[_MLKEM_KEY_SIZE:])
        return cls(hpke.MLKEM768X25519PublicKey(lattice, curve))

    def wrap(self, file_key: bytes) -> Stanza:
        """Return the file key wrapped by HPKE under a fresh encapsulation."""
        sealed = _HYBRID.encrypt(file_key, self.key, info=_HYBRID_LABEL)
        share = encode_base64(sealed[:_ENCAPSULATION_SIZE]).decode()
        return Stanza((self.kind, share), sealed[_ENCAPSULATION_SIZE:])


class X25519Identity:
    """A classic identity, `AGE-SECRET-KEY-1...`."""

    def __init__(self, secret: bytes) -> None:
        self._key = x25519.X25519PrivateKey.from_private_bytes(secret)
        self._public = self._key.public_key().public_bytes_raw()

    @classmethod
    def generate(cls) -> Self:
        """Return a new identity."""
        return cls(os.urandom(32))

    @property
    def recipient(self) -> str:
        """The public half, `age1...`."""
        return bech32.encode("age", self._public)

    def __str__(self) -> str:
        return bech32.encode("age-secret-key-", self._key.private_bytes_raw()).upper()

    def __repr__(self) -> str:
        return f"<identity of {self.recipient}>"

    def unwrap(self, stanza: Stanza) -> bytes | None:
        """Return the file key, None if the stanza is for someone else; raise HeaderError."""
        if stanza.kind != X25519Recipient.kind:
            return None
        share = _share_of(stanza, size=_SHARE_SIZE)
        shared = _agree(self._key, share)
        opener = ChaCha20Poly1305(derive_key(shared, share + self._public, _X25519_LABEL))
        try:
            return opener.decrypt(bytes(12), stanza.body, None)
        except InvalidTag:
            return None


class HybridIdentity:
    """An identity safe against quantum computers, `AGE-SECRET-KEY-PQ-1...`."""

    def __init__(self, seed: bytes) -> None:
        if len(seed) != 32:
            raise ValueError("A hybrid identity's seed is 32 bytes long.")
        expanded = hashlib.shake_256(seed).digest(96)
        lattice = mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        curve = x25519.X25519PrivateKey.from_private_bytes(expanded[64:])
        self._seed = seed
        self._curve = curve
        self._key = hpke.MLKEM768X25519PrivateKey(lattice, curve)
        self._public = (
            lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()
        )

    @classmethod
    def generate(cls) -> Self:
        """Return a new identity."""
        return cls(os.urandom(32))

    @property
    def recipient(self) -> str:
        """The public half, `age1pq1...` (1,959 letters)."""
        return bech32.encode("age1pq", self._public)

    def __str__(self) -> str:
        return bech32.encode("age-secret-key-pq-", self._seed).upper()

    def __repr__(self) -> str:
        return f"<identity of {self.recipient[:24]}...>"

    def unwrap(self, stanza: Stanza) -> bytes | None:
        """Return the file key, None if the stanza is for someone else; raise HeaderError."""
        if stanza.kind != HybridRecipient.kind:
            return None
        share = _share_of(stanza, size=_ENCAPSULATION_SIZE)
        # HPKE would answer a low-order point with "wrong key"; age calls it malformed.
        _agree(self._curve, share[-_SHARE_SIZE:])
        try:
            return _HYBRID.decrypt(share + stanza.body, self._key, info=_HYBRID_LABEL)
        except InvalidTag:
            return None


def _share_of(stanza: Stanza, *, size: int) -> bytes:
    """Return the share in the stanza's only argument; the body must wrap 16 bytes."""
    if len(stanza.arguments) != 2:
        raise HeaderError(f"A {stanza.kind} stanza has other than one argument.")
    share = decode_base64(stanza.arguments[1].encode("ascii"))
    if len(share) != size or len(stanza.body) != _WRAPPED_SIZE:
        raise HeaderError(f"A {stanza.kind} stanza's share or body has a wrong length.")
    return share


def _agree(key: x25519.X25519PrivateKey, share: bytes) -> bytes:
    try:
        return key.exchange(x25519.X25519PublicKey.from_public_bytes(share))
    except ValueError as fault:
        raise HeaderError("A stanza's X25519 share is of low order.") from fault
