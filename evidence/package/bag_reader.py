"""Reads a package's bag once, in its fixed order, and checks that it is complete.

The manifests list the files in the tar's order, so their text is known before they come: its
digest is built while the files pass, and nothing but that digest is kept of them. Signatures,
and whether the documents belong together, are the verifier's part. Source:
docs/custody-format.md, section 1, Inside.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol

from broker.basics.errors import Invalid, TooLarge
from evidence.package import layout
from evidence.package.name_register import NameRegister
from evidence.package.tar_reader import Member, TarReader

_ORDER_OF_TAGS = (
    layout.ORDER,
    layout.ORDER_SIGNATURE,
    layout.OPENING,
    layout.DERIVATION,
    layout.PROVENANCE,
    layout.BAG_INFO,
    layout.BAG_MANIFEST,
    layout.TAG_MANIFEST,
    layout.INNER_SIGNATURE,
)
_OPTIONAL = frozenset({layout.DERIVATION})
_ONLY_HASHED = frozenset({layout.PROVENANCE, layout.BAG_MANIFEST})
_DATA_PREFIX = layout.BAG + layout.DATA


class Destination(Protocol):
    """Where the files of a bag go when it is opened."""

    def create(self, path: str) -> BinaryIO:
        """Return a new file for `path` (below the bag, checked); it is closed when written."""


@dataclass(frozen=True, slots=True)
class Bag:
    """A complete bag. `files` holds the small tag files by name, whole.

    `octets` and `count` are what its Payload-Oxum must say; `tags` are all its tag files.
    """

    files: dict[str, bytes]
    octets: int
    count: int

    @property
    def is_derived(self) -> bool:
        """Tell whether the bag says of itself that it is a part of another."""
        return layout.DERIVATION in self.files


@dataclass(slots=True)
class _Progress:
    manifest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    tag_lines: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    octets: int = 0
    count: int = 0


def read_bag(
    plaintext: Iterable[bytes], *, most: int, destination: Destination | None = None
) -> Bag:
    """Read the tar and bag in `plaintext`, never believing in more than `most` bytes.

    Writes every file to `destination` where given; that is complete only once this returns.
    Raises Invalid or TooLarge at the first fault.
    """
    reader = _BagReader(TarReader(plaintext, most=most), destination)
    return reader.read()


class _BagReader:
    def __init__(self, tar: TarReader, destination: Destination | None) -> None:
        self._tar = tar
        self._destination = destination
        self._done = _Progress()
        self._names = NameRegister()

    def read(self) -> Bag:
        members = self._tar.members()
        self._read_bagit(next(members, None))
        expected = iter(_ORDER_OF_TAGS)
        for member in members:
            if member.path.startswith(_DATA_PREFIX) and not self._done.files.keys() - {
                layout.BAGIT
            }:
                self._read_data(member)
            else:
                self._read_tag(member, _expect(member.path, expected))
        if next(expected, None) is not None:
            raise Invalid("The bag ends before its last file.")
        return Bag(self._done.files, self._done.octets, self._done.count)

    def _read_bagit(self, member: Member | None) -> None:
        if member is None or member.path != layout.BAG + layout.BAGIT:
            raise Invalid(f"The tar does not begin with {layout.BAG}{layout.BAGIT}.")
        self._read_tag(member, layout.BAGIT)
        if self._done.files[layout.BAGIT] != layout.BAGIT_BYTES:
            raise Invalid("bagit.txt does not declare BagIt 1.0 in UTF-8.")

    def _read_data(self, member: Member) -> None:
        self._names.add(member.path.removeprefix(_DATA_PREFIX))
        self._done.octets += member.size
        self._done.count += 1
        if self._done.count > layout.MAX_FILES:
            raise TooLarge(f"The bag holds more than {layout.MAX_FILES} files.")
        path = member.path.removeprefix(layout.BAG)
        digest, _ = self._take(path, keep=False)
        self._done.manifest.update(f"{digest}  {path}\n".encode())

    def _read_tag(self, member: Member, name: str) -> None:
        if member.size > (limit := layout.tag_file_limit(name)):
            raise TooLarge(f"{name} has {member.size} bytes; {limit} are allowed.")
        digest, data = self._take(name, keep=name not in _ONLY_HASHED)
        self._done.files[name] = data
        self._compare(name, digest, data)
        self._done.tag_lines.append(f"{digest}  {name}\n")

    def _compare(self, name: str, digest: str, data: bytes) -> None:
        """Compare the two manifests with what they must say of the files before them."""
        if name == layout.BAG_MANIFEST and digest != self._done.manifest.hexdigest():
            raise Invalid(
                f"{name} does not list exactly the files of the bag and their digests.",
                why="A file was changed, added, removed or moved, or the list was.",
            )
        if name == layout.TAG_MANIFEST and data != "".join(self._done.tag_lines).encode():
            raise Invalid(f"{name} does not list exactly the tag files and their digests.")

    def _take(self, path: str, *, keep: bool) -> tuple[str, bytes]:
        """Read the present member: hash it, write it out where wanted, keep it if small."""
        hasher, kept = hashlib.sha256(), bytearray()
        for part in self._written(path):
            hasher.update(part)
            if keep:
                kept += part
        return hasher.hexdigest(), bytes(kept)

    def _written(self, path: str) -> Iterator[memoryview]:
        if self._destination is None:
            yield from self._tar.body()
            return
        with self._destination.create(path) as file:
            for part in self._tar.body():
                file.write(part)
                yield part


def _expect(path: str, expected: Iterator[str]) -> str:
    """Return the tag file that `path` is, if it is the next one that may stand here."""
    for name in expected:
        if path == layout.BAG + name:
            return name
        if name not in _OPTIONAL:
            raise Invalid(f"{path[:120]!r} stands where the bag has {name}.")
    raise Invalid(f"{path[:120]!r} stands behind the bag's last file.")
