"""The keys the broker itself holds, behind one small interface: files now, a token later.

None of them is ever in the database or in its backup set.
"""

import os
import re
from functools import cache
from pathlib import Path
from typing import Protocol

from django.conf import settings

from broker.basics.errors import Unavailable
from broker.crypto import keys
from broker.crypto.keys import Algorithm, SigningKey
from broker.seals.cipher import KEY_BYTES, DataKey
from broker.seals.keyfile import kept, read

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")


class Keyring(Protocol):
    """Holds signing keys and key-encryption keys under lower-case names."""

    def signing_key(self, name: str, algorithm: Algorithm) -> SigningKey:
        """Return the signing key `name`, made on first use; always the same one afterwards.

        Raises Unavailable when the key cannot be reached or is of another algorithm.
        """

    def wrap(self, kek: str, data_key: bytes, *, scope: str) -> bytes:
        """Wrap a 32-byte data key under the key-encryption key `kek`, made on first use."""

    def unwrap(self, kek: str, wrapped: bytes, *, scope: str) -> bytes:
        """Return the data key that `wrap` took with the same scope.

        Never makes a key. Raises Unavailable when `kek` cannot be reached, DigestMismatch
        when the bytes or the scope are other ones.
        """


class FileKeyring:
    """Keys in files of one folder, readable by their owner alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._signing: dict[str, SigningKey] = {}
        self._wrapping: dict[str, DataKey] = {}

    def signing_key(self, name: str, algorithm: Algorithm) -> SigningKey:
        """Return the key as Keyring promises, from `<name>.pem` (PKCS#8)."""
        key = self._signing.get(name)
        if key is None:
            pem = kept(self._path(name, "pem"), lambda: keys.to_pem(keys.generate(algorithm)))
            key = self._signing[name] = keys.load_pem(pem)
        if key.algorithm != algorithm:
            raise Unavailable(
                f"The key {name} cannot be used.",
                why=f"It is an {key.algorithm} key; {algorithm} is needed here.",
                remedy="Put the right key file into the key folder.",
            )
        return key

    def wrap(self, kek: str, data_key: bytes, *, scope: str) -> bytes:
        """Wrap as Keyring promises, under `<kek>.kek` (32 random bytes)."""
        if kek not in self._wrapping:
            self._wrapping[kek] = DataKey(kept(self._path(kek, "kek"), _random_key))
        return self._wrapping[kek].seal(data_key, context=scope.encode())

    def unwrap(self, kek: str, wrapped: bytes, *, scope: str) -> bytes:
        """Unwrap as Keyring promises."""
        if kek not in self._wrapping:
            self._wrapping[kek] = DataKey(read(self._path(kek, "kek")))
        return self._wrapping[kek].open(wrapped, context=scope.encode())

    def _path(self, name: str, form: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError(f"The key name {name!r} is not made of a-z, 0-9, - and _.")
        return self._folder / f"{name}.{form}"


def keyring() -> Keyring:
    """Return the keyring that the settings choose."""
    return _file_keyring(settings.KEYS_FOLDER)


def signing_key(name: str, algorithm: Algorithm) -> SigningKey:
    """Return the broker's own signing key `name`, made on first use; see Keyring."""
    return keyring().signing_key(name, algorithm)


@cache
def _file_keyring(folder: str) -> FileKeyring:
    return FileKeyring(Path(folder))


def _random_key() -> bytes:
    return os.urandom(KEY_BYTES)
