"""The cipher of sealed columns: XAES-256-GCM, whose random nonces never need counting.

One data key may seal 2^80 messages, where plain AES-GCM stops at 2^32: the stream of an
organisation or of the broker has no end. Source: C2SP, XAES-256-GCM.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from broker.basics.errors import DigestMismatch

KEY_BYTES = 32
NONCE_BYTES = 24

_HALF = 12
_BLOCK = 16


class DataKey:
    """A 32-byte key that seals and opens messages."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"A data key has {KEY_BYTES} bytes, not {len(key)}.")
        # One block cipher call per derived key: ECB here is the bare block function of CMAC.
        self._blocks = Cipher(AES(key), ECB())  # noqa: S305
        self._subkey = _doubled(self._encrypt(bytes(_BLOCK)))

    def seal(self, plaintext: bytes, *, context: bytes) -> bytes:
        """Return nonce (24 bytes), ciphertext and tag (16 bytes), bound to `context`."""
        return self.seal_with(os.urandom(NONCE_BYTES), plaintext, context=context)

    def seal_with(self, nonce: bytes, plaintext: bytes, *, context: bytes) -> bytes:
        """Seal under a nonce of the caller's; only test vectors have a reason to."""
        derived = AESGCM(self._derived(nonce[:_HALF]))
        return nonce + derived.encrypt(nonce[_HALF:], plaintext, context)

    def open(self, sealed: bytes, *, context: bytes) -> bytes:
        """Return the plaintext; raise DigestMismatch when key, bytes or context differ."""
        nonce, message = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return AESGCM(self._derived(nonce[:_HALF])).decrypt(nonce[_HALF:], message, context)
        except (InvalidTag, ValueError):
            raise DigestMismatch(
                "The sealed bytes do not open.",
                why="They, their place or their key are not the ones they were sealed with.",
                remedy="Compare the database with its backup; run verify_ledger.",
            ) from None

    def _derived(self, half: bytes) -> bytes:
        first = _xor(b"\x00\x01X\x00" + half, self._subkey)
        second = _xor(b"\x00\x02X\x00" + half, self._subkey)
        return self._encrypt(first + second)

    def _encrypt(self, blocks: bytes) -> bytes:
        encryptor = self._blocks.encryptor()
        return encryptor.update(blocks) + encryptor.finalize()


def _doubled(block: bytes) -> bytes:
    """Double in GF(2^128), as CMAC makes its first subkey (NIST SP 800-38B, section 6.1)."""
    value = int.from_bytes(block) << 1
    if value >> 128:
        value = value & (1 << 128) - 1 ^ 0x87
    return value.to_bytes(_BLOCK)


def _xor(left: bytes, right: bytes) -> bytes:
    return (int.from_bytes(left) ^ int.from_bytes(right)).to_bytes(_BLOCK)
