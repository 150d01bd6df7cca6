"""Remembers the names in a bag, so that no two clash on any system that unpacks it.

Which names are allowed is `names`' part. Source: docs/custody-format.md, section 1, Names.
"""

import secrets
from hashlib import blake2b

from broker.basics.errors import Invalid
from evidence.package.names import fault_of, folded


class NameRegister:
    """Remembers the names of one bag and refuses clashes; about 100 bytes for each name.

    Names are kept as 64-bit keyed hashes: the key is random, so that nobody can craft two
    names that seem to clash, and the chance that two of 2,000,000 do is below 1 in 5 million.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(16)
        self._files: set[int] = set()
        self._folders: set[int] = set()

    def add(self, path: str) -> None:
        """Take the next file's path; raise Invalid for a bad name or one that clashes."""
        if fault := fault_of(path):
            raise Invalid(f"The name {path[:120]!r} is not allowed in a package.", why=fault)
        name = folded(path)
        mark = self._mark(name)
        if mark in self._files:
            raise Invalid(f"The name {path[:120]!r} clashes with another in the package.")
        self._files.add(mark)
        if mark in self._folders or self._note_folders(name):
            raise Invalid(f"The name {path[:120]!r} is a file's and a folder's at once.")

    def _note_folders(self, name: str) -> bool:
        """Remember every folder above `name`; tell whether one of them is a file already."""
        folder = name
        while "/" in folder:
            folder = folder.rpartition("/")[0]
            mark = self._mark(folder)
            if mark in self._files:
                return True
            if mark in self._folders:
                return False
            self._folders.add(mark)
        return False

    def _mark(self, name: str) -> int:
        return int.from_bytes(blake2b(name.encode(), digest_size=8, key=self._key).digest())
