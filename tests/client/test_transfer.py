"""Large files go up and come down in parts, over lines that break and programs that end."""

import hashlib
import os

import httpx
import pytest

from broker.basics.errors import Conflict, Unavailable
from broker.client import uploading
from broker.client.uploading import upload_payload

PAYLOAD = os.urandom(3_000_000)
SHA256 = hashlib.sha256(PAYLOAD).hexdigest()


class Store:
    """A tus 1.0 server and a file server in one transport; it breaks the line when told to."""

    def __init__(self) -> None:
        self.parts = bytearray()
        self.created = 0
        self.breaks: list[int] = []
        self.gone = False
        self.heads = 0
        self.accepted = 0
        self.content, self.etag = PAYLOAD, '"v1"'

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/up/"):
            assert request.headers["tus-resumable"] == "1.0.0"
            return getattr(self, request.method.lower())(request)
        if request.url.path.endswith("/packages"):
            self.accepted += 1
            return httpx.Response(201, json={"package": "p", "size": len(request.content)})
        return self.download(request) if request.method == "GET" else self.create(request)

    def create(self, request: httpx.Request) -> httpx.Response:
        self.created, self.gone, self.parts = self.created + 1, False, bytearray()
        return httpx.Response(201, json={}, headers={"location": f"/up/{self.created}"})

    def head(self, request: httpx.Request) -> httpx.Response:
        self.heads += 1
        if self.gone:
            return httpx.Response(410)
        return httpx.Response(200, headers={"upload-offset": str(len(self.parts))})

    def patch(self, request: httpx.Request) -> httpx.Response:
        if int(request.headers["upload-offset"]) != len(self.parts):
            return httpx.Response(409)
        data = request.read()
        if self.breaks:
            self.parts += data[: self.breaks.pop(0)]
            raise httpx.WriteError("the line broke")
        self.parts += data
        return httpx.Response(204, headers={"upload-offset": str(len(self.parts))})

    def download(self, request: httpx.Request) -> httpx.Response:
        begin = 0
        if request.headers.get("if-range") == self.etag:
            begin = int(request.headers["range"].removeprefix("bytes=").removesuffix("-"))
        if begin and begin >= len(self.content):
            return httpx.Response(416, headers={"content-range": f"bytes */{len(self.content)}"})
        rest = self.content[begin:]
        headers = {"etag": self.etag, "content-length": str(len(rest))}
        status = 206 if begin else 200
        stream = Line(rest, breaks_at=self.breaks.pop(0) if self.breaks else None)
        return httpx.Response(status, headers=headers, stream=stream)


class Line(httpx.SyncByteStream):
    def __init__(self, data: bytes, *, breaks_at: int | None) -> None:
        self.data, self.breaks_at = data, breaks_at

    def __iter__(self):
        yield self.data[: self.breaks_at]
        if self.breaks_at is not None:
            raise httpx.ReadError("the line broke")


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def client(client_of, store):
    with client_of(httpx.MockTransport(store), "http://broker.example") as made:
        yield made


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "payload.bin").write_bytes(PAYLOAD)
    (tmp_path / "envelope.zip").write_bytes(b"PK")
    return tmp_path


def test_a_payload_goes_up_in_parts_and_the_envelope_closes_it(client, store, folder, monkeypatch):
    monkeypatch.setattr(uploading, "PART_BYTES", 1_000_000)
    told = []

    answer = client.upload("E-1", folder, tell=lambda done, whole: told.append(done))

    assert bytes(store.parts) == PAYLOAD
    assert answer.members == {"package": "p", "size": 2}
    assert told == [0, 1_000_000, 2_000_000, 3_000_000]


def test_a_line_that_breaks_often_costs_no_byte_twice(client, store, folder, pauses):
    store.breaks = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 0]

    upload_payload(client, "/requests/E-1/uploads", folder)

    assert bytes(store.parts) == PAYLOAD
    assert store.created == 1


def test_a_line_that_stays_broken_ends_the_upload_and_a_later_run_goes_on(
    client, store, folder, pauses
):
    store.breaks = [500] + [0] * 6

    with pytest.raises(Unavailable, match="makes no progress"):
        upload_payload(client, "/requests/E-1/uploads", folder)
    upload_payload(client, "/requests/E-1/uploads", folder)

    assert bytes(store.parts) == PAYLOAD
    assert store.created == 1


def test_an_upload_that_expired_is_begun_again(client, store, folder):
    store.breaks = [500] + [0] * 6
    with pytest.raises(Unavailable):
        upload_payload(client, "/requests/E-1/uploads", folder)
    store.gone = True

    upload_payload(client, "/requests/E-1/uploads", folder)

    assert bytes(store.parts) == PAYLOAD
    assert store.created == 2


def test_a_package_that_was_accepted_is_not_uploaded_again(client, store, folder):
    client.upload("E-1", folder)
    heads = store.heads

    client.upload("E-1", folder)

    assert (store.created, store.heads, store.accepted) == (1, heads, 2)


def test_a_download_goes_on_where_the_line_broke(client, store, tmp_path, pauses):
    store.breaks = [1_000_000, 500_000]
    target = tmp_path / "package.asice"

    size = client.download("p", target)

    assert size == len(PAYLOAD)
    assert target.read_bytes() == PAYLOAD
    assert [path.name for path in tmp_path.iterdir()] == ["package.asice"]


def test_a_download_broken_off_after_the_last_byte_is_whole(client, store, tmp_path):
    store.breaks = [len(PAYLOAD)]

    assert client.download("p", tmp_path / "package.asice") == len(PAYLOAD)


def test_another_version_is_fetched_from_its_beginning(client, store, tmp_path):
    target = tmp_path / "package.asice"
    (tmp_path / "package.asice.part").write_bytes(b"old bytes")
    (tmp_path / "package.asice.part.tag").write_text('"v0"')

    client.download("p", target)

    assert target.read_bytes() == PAYLOAD


def test_a_file_that_is_there_is_not_overwritten(client, tmp_path):
    target = tmp_path / "package.asice"
    target.write_bytes(b"evidence")

    with pytest.raises(Conflict, match="is there already"):
        client.download("p", target)

    assert target.read_bytes() == b"evidence"
