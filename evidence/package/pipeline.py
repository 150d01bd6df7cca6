"""Encrypts and hashes a stream of plaintext in overlapping stages, in little memory.

The caller fills blocks in order. Behind it run, each on its own thread: the digests of the
plaintext, two encryptors, the sums of the ciphertext, the writer. hashlib, zlib and
`cryptography` release the interpreter lock; blocks are made once and used in turn.
"""

import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from io import FileIO
from types import TracebackType
from typing import Protocol, Self

from broker.basics.errors import Unavailable
from broker.crypto.age_stream import CHUNK_SIZE, NONCE_SIZE, TAG_SIZE, ChunkCipher
from evidence.package.payload import Sums

_CHUNKS = 32
_BLOCK = _CHUNKS * CHUNK_SIZE
_BLOCKS = 8


class Hasher(Protocol):
    """What `hashlib` gives."""

    def update(self, data: bytes | bytearray | memoryview, /) -> None:
        """Take more bytes in."""


class _Block:
    """2 MiB of plaintext, room for its ciphertext, and what still works on either."""

    def __init__(self) -> None:
        self.plain = memoryview(bytearray(_BLOCK))
        self.sealed = memoryview(bytearray(_CHUNKS * (CHUNK_SIZE + TAG_SIZE)))
        self.filled = 0
        self.busy: list[Future[None]] = []

    def wait(self) -> None:
        """Wait until nobody uses the block; raise what went wrong in a stage."""
        for work in self.busy:
            work.result()
        self.busy.clear()


class SealingPipe:
    """A sink for plaintext that leaves an age payload in `out`. Use as a context.

    `out` is a raw (unbuffered) binary file; the payload begins at its present place. `sums`
    takes in its bytes. A fault in any stage (Unavailable: the disk) is raised by a later call.
    """

    def __init__(self, out: FileIO, file_key: bytes, sums: Sums) -> None:
        nonce = os.urandom(NONCE_SIZE)
        self._out = out
        self._cipher = ChunkCipher(file_key, nonce)
        self._sums = sums
        self._ring = deque(_Block() for _ in range(_BLOCKS))
        self._block = self._ring.popleft()
        self._index = 0
        self._threads = ExitStack()
        self._encryptors = self._stage(workers=2)
        self._plain_hasher, self._summer, self._writer = (self._stage() for _ in range(3))
        self.plain_bytes = 0
        self.last_hash: Future[None] = Future()
        self.last_hash.set_result(None)
        self._sums.add(nonce)
        write_all(out, nonce)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._threads.close()

    def write(self, data: bytes) -> None:
        """Take `data` in."""
        view = memoryview(data)
        while view:
            room = self._room()
            taken = min(len(room), len(view))
            room[:taken] = view[:taken]
            self._took(taken)
            view = view[taken:]

    def write_zeros(self, count: int) -> None:
        """Take `count` zero bytes in."""
        while count:
            room = self._room()
            taken = min(len(room), count)
            room[:taken] = bytes(taken)
            self._took(taken)
            count -= taken

    def read_from(self, source: FileIO, size: int, hasher: Hasher) -> int:
        """Take up to `size` bytes from an unbuffered file; return how many it gave.

        They go into `hasher` too; it is complete when `last_hash` is done.
        """
        missing = size
        while missing:
            got = source.readinto(self._room()[:missing])
            if not got:
                break
            taken = self._took(got)
            self.last_hash = self._plain_hasher.submit(hasher.update, taken)
            self._block.busy.append(self.last_hash)
            missing -= got
        return size - missing

    def finish(self) -> None:
        """Seal the last chunk and wait for every stage; then the sums are complete."""
        self._submit(last=True)
        for block in self._ring:
            block.wait()

    def _room(self) -> memoryview:
        """Return the free end of the present block; it is handed on only when more comes."""
        if self._block.filled == _BLOCK:
            self._submit(last=False)
            self._block = self._ring.popleft()
            self._block.wait()
            self._block.filled = 0
        return self._block.plain[self._block.filled :]

    def _took(self, size: int) -> memoryview:
        start = self._block.filled
        self._block.filled += size
        self.plain_bytes += size
        return self._block.plain[start : self._block.filled]

    def _submit(self, *, last: bool) -> None:
        block = self._block
        sealing = self._encryptors.submit(self._seal, block, self._index, last=last)
        summing = self._summer.submit(self._sum, block, sealing)
        writing = self._writer.submit(self._write, block, sealing)
        block.busy += [sealing, summing, writing]
        self._index += _CHUNKS
        self._ring.append(block)

    def _seal(self, block: _Block, index: int, *, last: bool) -> None:
        ends = range(CHUNK_SIZE, max(block.filled, 1) + CHUNK_SIZE, CHUNK_SIZE)
        for place, end in enumerate(ends):
            plain = block.plain[end - CHUNK_SIZE : min(end, block.filled)]
            start = place * (CHUNK_SIZE + TAG_SIZE)
            sealed = block.sealed[start : start + len(plain) + TAG_SIZE]
            is_last = last and place == len(ends) - 1
            self._cipher.seal_into(index + place, plain, sealed, last=is_last)

    def _sum(self, block: _Block, sealing: Future[None]) -> None:
        sealing.result()
        self._sums.add(_sealed(block))

    def _write(self, block: _Block, sealing: Future[None]) -> None:
        sealing.result()
        write_all(self._out, _sealed(block))

    def _stage(self, *, workers: int = 1) -> ThreadPoolExecutor:
        stage = ThreadPoolExecutor(workers)
        self._threads.callback(stage.shutdown, cancel_futures=True)
        return stage


def _sealed(block: _Block) -> memoryview:
    chunks = max(1, -(-block.filled // CHUNK_SIZE))
    return block.sealed[: block.filled + chunks * TAG_SIZE]


def write_all(out: FileIO, data: bytes | memoryview) -> None:
    """Write all of `data` to an unbuffered file; raise Unavailable when it cannot take it."""
    view = memoryview(data)
    try:
        while view:
            view = view[out.write(view) :]
    except OSError as fault:
        raise Unavailable(
            "The package cannot be written.",
            why=fault.strerror or str(fault),
            remedy="Make room, or choose another folder, and seal again.",
        ) from fault
