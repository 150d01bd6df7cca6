"""Upload a payload of any size in parts (tus 1.0), over broken lines and ended programs.

Where the upload stands is the server's knowledge; its address is kept beside the payload, in
`payload.bin.upload`, until the package is accepted. Source: https://tus.io/protocols, 1.0.0.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import httpx

from broker.basics.errors import DigestMismatch, Expired, Unavailable
from broker.client.answers import refusal_of
from broker.client.connection import WAITS, Connection
from broker.client.downloading import Tell

PART_BYTES = 64 * 1024 * 1024
BLOCK_BYTES = 1024 * 1024
_TUS = {"tus-resumable": "1.0.0"}


def upload_payload(
    connection: Connection, path: str, folder: Path, *, tell: Tell | None = None
) -> str:
    """Upload `folder`/payload.bin through the creation door `path`; return its SHA-256 (hex).

    Raises the broker's refusal, or Unavailable when no progress is made any more.
    """
    payload = folder / "payload.bin"
    size, sha256 = payload.stat().st_size, _digest(payload)
    if is_accepted(payload, sha256):
        return sha256
    for _ in range(2):
        url = _address(connection, path, payload, size=size, sha256=sha256)
        try:
            _send_rest(connection, url, payload, size=size, tell=tell)
        except Expired:
            _note(payload).unlink(missing_ok=True)
            continue
        return sha256
    raise Expired("The upload ended before it was complete.", remedy="Begin it again.")


def _address(connection: Connection, path: str, payload: Path, *, size: int, sha256: str) -> str:
    """Return the address of the upload that was begun before, or begin one."""
    note = _note(payload)
    wanted = {"path": path, "size": size, "sha256": sha256}
    if note.is_file():
        kept = json.loads(note.read_text())
        if {name: kept.get(name) for name in wanted} == wanted:
            return str(kept["url"])
    created = connection.post(path, {"size": size, "sha256": sha256})
    url = urljoin(f"{connection.base_url}/", created.headers["location"])
    note.write_text(json.dumps({**wanted, "url": url}))
    return url


def _send_rest(
    connection: Connection, url: str, payload: Path, *, size: int, tell: Tell | None
) -> None:
    """Send part after part from where the server stands; give up after waits without progress."""
    waits, reached = iter(WAITS), -1
    while True:
        try:
            offset = _offset(connection.http, url)
            if offset > reached:
                waits, reached = iter(WAITS), offset
            _send_parts(connection.http, url, payload, (offset, size), tell or _say_nothing)
        except (httpx.TransportError, Unavailable) as fault:
            _pause(connection, next(waits, None), fault)
        else:
            return


def _send_parts(
    http: httpx.Client, url: str, payload: Path, rest: tuple[int, int], tell: Tell
) -> None:
    offset, size = rest
    while offset < size:
        tell(offset, size)
        offset = _send_part(http, url, payload, offset, size)
    tell(size, size)


def _pause(connection: Connection, wait: float | None, fault: Exception) -> None:
    if wait is None:
        raise Unavailable(
            "The upload makes no progress.",
            why=f"{type(fault).__name__}: {fault}",
            remedy="Run it again later; it goes on where it stands.",
        ) from fault
    connection.pause(wait)


def _say_nothing(_done: int, _whole: int) -> None:
    pass


def _offset(http: httpx.Client, url: str) -> int:
    response = http.head(url, headers=_TUS)
    if response.status_code in {404, 410}:
        raise Expired("The upload is no longer there.")
    if not response.is_success:
        raise refusal_of(response)
    return int(response.headers["upload-offset"])


def _send_part(http: httpx.Client, url: str, payload: Path, offset: int, size: int) -> int:
    """Send one part; return the offset the server answers."""
    length = min(PART_BYTES, size - offset)
    response = http.patch(
        url,
        content=_blocks(payload, offset, length),
        headers={
            **_TUS,
            "content-type": "application/offset+octet-stream",
            "content-length": str(length),
            "upload-offset": str(offset),
        },
    )
    if response.status_code == httpx.codes.CONFLICT:
        raise Unavailable("The server stands at another offset.")
    if response.status_code in {404, 410}:
        raise Expired("The upload is no longer there.")
    if not response.is_success:
        raise refusal_of(response)
    return int(response.headers["upload-offset"])


def _blocks(payload: Path, offset: int, length: int) -> Iterator[bytes]:
    with payload.open("rb") as file:
        file.seek(offset)
        while length > 0:
            block = file.read(min(BLOCK_BYTES, length))
            if not block:
                raise DigestMismatch(f"{payload.name} became shorter while it was sent.")
            length -= len(block)
            yield block


def note_accepted(payload: Path, sha256: str) -> None:
    """Remember beside the payload that its package was accepted."""
    _note(payload).write_text(json.dumps({"accepted": sha256}))


def is_accepted(payload: Path, sha256: str) -> bool:
    """Tell whether the package of this very payload was accepted in an earlier run."""
    note = _note(payload)
    return note.is_file() and json.loads(note.read_text()).get("accepted") == sha256


def _digest(payload: Path) -> str:
    with payload.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _note(payload: Path) -> Path:
    return payload.with_name(f"{payload.name}.upload")
