"""Which names a bag's files may have, so that every system unpacks the same tree.

Replacing a name that cannot be kept is the sealer's part (`names`). Source:
docs/custody-format.md, section 1, Names.
"""

import secrets
import unicodedata
from hashlib import blake2b

from broker.basics.errors import Invalid

FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
FORBIDDEN_CHARACTERS = frozenset('\\:*?<>|%"')
MAX_PART_BYTES = 255
MAX_PATH_BYTES = 1024


def is_allowed(character: str) -> bool:
    """Tell whether one character (a slash apart) may stand in a name."""
    if character in FORBIDDEN_CHARACTERS:
        return False
    return unicodedata.category(character) not in FORBIDDEN_CATEGORIES


def folded(path: str) -> str:
    """Return the form in which two names must differ: NFC(casefold(NFC(path)))."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def fault_of(path: str) -> str | None:
    """Say why `path` (what stands behind `data/`) cannot be a file's name, or None."""
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts):
        return "it is absolute, or has an empty part, . or .."
    if not all(is_allowed(character) for character in path):
        return "it holds a character that some system cannot keep"
    if not unicodedata.is_normalized("NFC", path):
        return "it is not in the normal form NFC"
    if len(path.encode()) > MAX_PATH_BYTES:
        return f"it has more than {MAX_PATH_BYTES} bytes"
    if any(len(part.encode()) > MAX_PART_BYTES for part in parts):
        return f"a part of it has more than {MAX_PART_BYTES} bytes"
    return None


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
