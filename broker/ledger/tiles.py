"""The published log: hash tiles and entry bundles in files, as C2SP tlog-tiles lays them out.

A checkpoint is written after the tiles it needs are on disk. Source: C2SP tlog-tiles (5ba5ee8).
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from broker.basics.durable import write_all_whole, write_whole
from broker.crypto.merkle import HASH_BYTES, TILE_HEIGHT, Frontier, leaf_hash, tile_subtree
from broker.ledger.growth import grown

WIDTH = 1 << TILE_HEIGHT

_ENTRY_HEAD = HASH_BYTES.to_bytes(2)
_ENTRY_BYTES = len(_ENTRY_HEAD) + HASH_BYTES
_CHECKPOINT = "checkpoint"


class Tiles:
    """The files of one log under `folder`; one writer, any number of readers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def hashes(self, level: int, start: int, count: int) -> list[bytes]:
        """Return `count` hashes of tree level 8 * `level` from `start`, all of one tile.

        Raises FileNotFoundError when they are not published.
        """
        number, offset = divmod(start, WIDTH)
        tile = self._read(str(level), number, HASH_BYTES * (offset + count), HASH_BYTES)
        return _cut(tile, HASH_BYTES)[offset : offset + count]

    def entries(self, number: int, count: int) -> list[bytes]:
        """Return the first `count` entries (32 bytes each) of bundle `number`."""
        bundle = self._read("entries", number, _ENTRY_BYTES * count, _ENTRY_BYTES)
        return [entry[len(_ENTRY_HEAD) :] for entry in _cut(bundle, _ENTRY_BYTES)[:count]]

    def subtree(self, level: int, index: int) -> bytes:
        """Return a full subtree's root, for crypto.merkle's proofs."""
        return tile_subtree(self.hashes)(level, index)

    def extend(self, size: int, entries: Sequence[bytes]) -> None:
        """Write the tiles that take the published log from `size` by `entries` (32 bytes each).

        Everything is on disk on return. Raises FileNotFoundError when the tiles of `size`
        are not whole; extending from 0 writes all anew.
        """
        bundles = self._wider_bundles(size, entries)
        files = {self._path("entries", *place): content for place, content in bundles.items()}
        full = [number for number, width in bundles if width == WIDTH]
        done = [("entries", number) for number in full]
        level, rising = 0, [leaf_hash(entry) for entry in entries]
        while rising:
            wider = self._wider(level, size, rising)
            for number, tile in wider.items():
                files[self._path(str(level), number, len(tile))] = b"".join(tile)
            full = [number for number, tile in wider.items() if len(tile) == WIDTH]
            done += [(str(level), number) for number in full]
            rising = [grown(Frontier(), wider[number]).root() for number in full]
            level, size = level + 1, size // WIDTH
        write_all_whole(files)
        for kind, number in done:
            # A full tile stands in for its parts, so these need not be kept.
            shutil.rmtree(self._parts(kind, number), ignore_errors=True)

    def checkpoint(self) -> str | None:
        """Return the published checkpoint's signed note, or None before the first."""
        try:
            return (self.folder / _CHECKPOINT).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def publish(self, note: str) -> None:
        """Replace the published checkpoint; its tiles are on disk already."""
        write_whole(self.folder / _CHECKPOINT, note.encode("utf-8"))

    def _wider(self, level: int, size: int, new: Sequence[bytes]) -> dict[int, list[bytes]]:
        """Return the tiles of `level` that change when `new` follows its first `size` hashes."""
        number, width = divmod(size, WIDTH)
        run = self.hashes(level, number * WIDTH, width) if width else []
        run += new
        return {
            number + place // WIDTH: run[place : place + WIDTH]
            for place in range(0, len(run), WIDTH)
        }

    def _wider_bundles(self, size: int, new: Sequence[bytes]) -> dict[tuple[int, int], bytes]:
        number, width = divmod(size, WIDTH)
        run = self.entries(number, width) if width else []
        run += new
        return {
            (number + place // WIDTH, min(WIDTH, len(run) - place)): b"".join(
                _ENTRY_HEAD + entry for entry in run[place : place + WIDTH]
            )
            for place in range(0, len(run), WIDTH)
        }

    def _read(self, kind: str, number: int, least: int, unit: int) -> bytes:
        """Return the tile with at least `least` bytes: the full one, else its smallest part."""
        for _ in range(2):  # a part may give way to the full tile while we look
            try:
                return self._path(kind, number, WIDTH).read_bytes()
            except FileNotFoundError:
                widths = self._widths(kind, number)
            for width in sorted(width for width in widths if width * unit >= least):
                try:
                    return self._path(kind, number, width).read_bytes()
                except FileNotFoundError:
                    break
        raise FileNotFoundError(f"Tile {kind}/{number} is not published to {least // unit} places.")

    def _widths(self, kind: str, number: int) -> list[int]:
        parts = self._parts(kind, number)
        names = [part.name for part in parts.iterdir()] if parts.is_dir() else []
        return [int(name) for name in names if name.isdecimal()]

    def _path(self, kind: str, number: int, width: int) -> Path:
        if width == WIDTH:
            return self.folder / "tile" / kind / _numbered(number)
        return self._parts(kind, number) / str(width)

    def _parts(self, kind: str, number: int) -> Path:
        return self.folder / "tile" / kind / f"{_numbered(number)}.p"


def tiles() -> Tiles:
    """Return the log's files where the settings keep them."""
    return Tiles(Path(settings.LOG_FOLDER))


def _numbered(number: int) -> str:
    """Write 1234067 as x001/x234/067."""
    groups = [f"{number % 1000:03}"]
    while number := number // 1000:
        groups.append(f"x{number % 1000:03}")
    return "/".join(reversed(groups))


def _cut(data: bytes, unit: int) -> list[bytes]:
    return [data[place : place + unit] for place in range(0, len(data), unit)]
