"""Fetch a large file by ranges: what is there stays there, and only the rest is asked for.

The file grows as `NAME.part`, with the server's tag of its version in `NAME.part.tag`; it takes
its name when it is complete and durable.
"""

import os
from collections.abc import Callable
from pathlib import Path

import httpx

from broker.basics.errors import Conflict, Unavailable
from broker.client.answers import refusal_of
from broker.client.connection import Connection

# Called with the bytes that are there and the bytes there will be.
type Tell = Callable[[int, int], None]

_ATTEMPTS_WITHOUT_PROGRESS = 6


def download(connection: Connection, path: str, target: Path, *, tell: Tell | None = None) -> int:
    """Fetch `path` into `target`; return its size in bytes.

    Raises Conflict when `target` is there already, the broker's refusal, or Unavailable when
    no progress is made any more; a later call then goes on.
    """
    if target.exists():
        raise Conflict(f"{target} is there already.", remedy="Choose another name.")
    part, left = target.with_name(f"{target.name}.part"), _ATTEMPTS_WITHOUT_PROGRESS
    while True:
        before = _size(part)
        try:
            size = _fetch(connection, path, part, tell)
        except (httpx.TransportError, Unavailable) as fault:
            left = _ATTEMPTS_WITHOUT_PROGRESS if _size(part) > before else left - 1
            if left == 0:
                raise Unavailable(
                    "The download makes no progress.",
                    why=f"{type(fault).__name__}: {fault}",
                    remedy="Run it again later; it goes on where it stands.",
                ) from fault
            connection.pause(1.0)
            continue
        part.rename(target)
        _tag(part).unlink(missing_ok=True)
        return size


def _fetch(connection: Connection, path: str, part: Path, tell: Tell | None) -> int:
    """Ask for the rest and append it; return the whole size once all of it is there."""
    have = _size(part)
    with connection.stream(path, _range(part, have)) as response:
        if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            return _whole(response, have)
        if not response.is_success:
            response.read()
            raise refusal_of(response)
        begin = have if response.status_code == httpx.codes.PARTIAL_CONTENT else 0
        whole = begin + int(response.headers["content-length"])
        _tag(part).write_text(response.headers.get("etag", ""))
        _append(part, response, begin, whole, tell)
    if _size(part) != whole:
        raise Unavailable("The line broke off.")
    return whole


def _append(
    part: Path, response: httpx.Response, begin: int, whole: int, tell: Tell | None
) -> None:
    with part.open("r+b" if begin else "wb") as file:
        file.seek(begin)
        for block in response.iter_raw():
            file.write(block)
            if tell:
                tell(file.tell(), whole)
        file.truncate()
        file.flush()
        os.fsync(file.fileno())


def _range(part: Path, have: int) -> dict[str, str]:
    """Ask for the rest, of the same version only: another one is sent whole."""
    headers = {"accept-encoding": "identity"}
    tag = _tag(part).read_text() if _tag(part).is_file() else ""
    if have and tag:
        headers |= {"range": f"bytes={have}-", "if-range": tag}
    return headers


def _whole(response: httpx.Response, have: int) -> int:
    """Judge 416: nothing is left to ask for only when all of it is there."""
    if response.headers.get("content-range", "") != f"bytes */{have}":
        raise Unavailable("The broker holds another version of the file.")
    return have


def _size(part: Path) -> int:
    return part.stat().st_size if part.is_file() else 0


def _tag(part: Path) -> Path:
    return part.with_name(f"{part.name}.tag")
