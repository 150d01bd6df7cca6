"""The listener takes in what the broker signed, once, and proves it with one receipt for ever."""

import socket
import threading
import time

import httpx
import pytest

from broker.basics.clock import now
from broker.basics.ids import uuid7
from broker.client.book import Book
from broker.client.listening import Listener
from broker.courier.delivery import sweep_once
from broker.courier.message import message_bytes, read_message, read_receipt
from broker.crypto.http_signature import sign_request
from broker.crypto.keys import PublicKey, fingerprint, generate
from broker.parties.models import Connector, ContactPoint
from broker.seals.keyring import signing_key
from tests.courier.conftest import posted

BROKER = generate("ed25519")


def message(*, dispatch: str | None = None) -> bytes:
    return message_bytes(
        dispatch=dispatch or str(uuid7()),
        kind="referral.order",
        reference="R-1",
        issued=now(),
        content={"n": 1},
    )


@pytest.fixture
def heard():
    return []


@pytest.fixture
def listening(tmp_path, heard):
    """Start listeners over one book; stop those that are left."""
    started = []

    def start(*, hear=heard.append, broker=None) -> Listener:
        listener = Listener(
            "http://localhost/hook?place=eu",
            PublicKey.from_spki((broker or BROKER).spki()),
            generate("p256"),
            Book(tmp_path / "book.jsonl"),
            hear=hear,
            bind=("127.0.0.1", 0),
        )
        listener.url = f"http://localhost:{listener.port}/hook?place=eu"
        listener.start()
        started.append(listener)
        return listener

    yield start
    for listener in started:
        if not listener.told_to_stop.is_set():
            listener.stop()


def send(listener: Listener, body: bytes, *, key=BROKER, url: str = "") -> httpx.Response:
    dispatch = read_message(body).dispatch
    headers = sign_request(
        method="POST",
        url=url or listener.url,
        headers={"idempotency-key": dispatch},
        body=body,
        key=key,
        keyid=fingerprint(key.spki()),
        at=now(),
    )
    return httpx.post(listener.url, content=body, headers=headers, timeout=5)


def wait_for(condition) -> None:
    until = time.monotonic() + 5
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)
    assert condition()


def test_a_message_is_answered_with_a_signed_receipt_and_heard(listening, heard):
    listener, body = listening(), message()

    answer = send(listener, body)

    receipt = read_receipt(answer.content, public=PublicKey.from_spki(listener.key.spki()))
    assert answer.status_code == 200
    assert receipt.message_sha256 == read_message(body).sha256
    wait_for(lambda: [one.reference for one in heard] == ["R-1"])


def test_a_repeat_gets_the_first_receipt_and_is_heard_once(listening, heard):
    listener, body = listening(), message()

    first, again = send(listener, body), send(listener, body)

    assert first.content == again.content
    wait_for(lambda: len(heard) == 1)


def test_repeats_at_once_get_one_receipt(listening, heard):
    listener, body, answers = listening(), message(), []
    threads = [
        threading.Thread(target=lambda: answers.append(send(listener, body).content))
        for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 5
    assert len(set(answers)) == 1
    wait_for(lambda: len(heard) == 1)


def test_receipts_outlive_the_listener(listening, heard):
    body = message()
    listener = listening()
    first = send(listener, body)
    wait_for(lambda: len(heard) == 1)
    listener.stop()

    again = send(listening(), body)

    assert again.content == first.content
    assert len(heard) == 1


def test_a_message_that_was_not_worked_is_found_after_a_stop(listening, heard):
    def fail(_):
        raise RuntimeError("the platform's own system is down")

    listener = listening(hear=fail)
    assert send(listener, message()).status_code == 200
    listener.stop()

    listening()

    wait_for(lambda: len(heard) == 1)


def test_a_message_of_a_stranger_is_refused_and_not_kept(listening, heard):
    listener = listening()

    answer = send(listener, message(), key=generate("ed25519"))

    assert answer.status_code == 401
    assert answer.json()["kind"] == "unauthenticated"
    assert listener.book.waiting() == []


def test_a_message_signed_for_another_address_is_refused(listening):
    listener = listening()

    assert send(listener, message(), url="http://other.example/hook").status_code == 401


@pytest.mark.parametrize(
    ("length", "status"), [("2", 401), ("999999999", 413), ("many", 400), ("-1", 400)]
)
def test_what_is_no_message_is_refused(listening, length, status):
    with socket.create_connection(("127.0.0.1", listening().port), timeout=5) as line:
        line.sendall(
            f"POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{{}}".encode()
        )
        answer = line.recv(100)

    assert answer.startswith(f"HTTP/1.1 {status} ".encode())


def test_a_line_torn_by_a_crash_is_cut_from_the_book(tmp_path):
    path, body = tmp_path / "book.jsonl", message()
    Book(path).enter(read_message(body), body, b"receipt")
    with path.open("ab") as file:
        file.write(b'{"dispatch": "torn')

    book = Book(path)
    other = message()
    book.enter(read_message(other), other, b"another")

    assert book.receipt_of(read_message(body).dispatch) == b"receipt"
    assert len(Book(path).waiting()) == 2


@pytest.mark.django_db
def test_the_courier_and_the_listener_understand_each_other(listening, platform):
    from tests.api.conftest import register

    listener = listening(broker=signing_key("message", "ed25519"))
    register(platform, listener.key)
    point = ContactPoint.objects.create(
        organisation=platform, connector=Connector.WEBHOOK, address=listener.url
    )
    dispatch = posted(point)

    sweep_once()

    dispatch.refresh_from_db()
    assert dispatch.receipt_at is not None
    assert dispatch.receipt["signed"] is True
