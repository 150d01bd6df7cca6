"""Listen for the broker's messages: check the signature, write down, answer with a receipt.

A repeat is answered with the first receipt. Behind a proxy that ends TLS, give the address
under which the broker knows this listener.
"""

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from urllib.parse import urlsplit

from broker.basics.clock import now
from broker.basics.errors import Invalid, Refusal, TooLarge, Unauthenticated
from broker.client.book import Book
from broker.courier.message import MAX_MESSAGE_BYTES, Message, read_message, sign_receipt
from broker.crypto.canonical import canonical
from broker.crypto.http_signature import verify_request
from broker.crypto.keys import PublicKey, SigningKey

log = logging.getLogger("broker.client")

_STATUS: dict[type[Refusal], HTTPStatus] = {
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
}
_TRY_AGAIN_S = 5.0


def take_in(*, url: str, headers: Mapping[str, str], body: bytes, broker: PublicKey) -> Message:
    """Return the message of a request that `broker` signed for `url`; raise a Refusal if not."""
    verify_request(method="POST", url=url, headers=headers, body=body, public=broker, at=now())
    message = read_message(body)
    if {name.lower(): value for name, value in headers.items()}[
        "idempotency-key"
    ] != message.dispatch:
        raise Invalid("The request's idempotency key is not the message's dispatch.")
    return message


class Listener:
    """A web server for one address, and a thread that works what came in.

    `url` is the address registered with the broker; `broker` its message key, exchanged
    outside the broker; `key` this organisation's own, which signs receipts. `hear` is called
    with one message after the other; when it raises, the message is tried again later.
    """

    def __init__(
        self,
        url: str,
        broker: PublicKey,
        key: SigningKey,
        book: Book,
        *,
        hear: Callable[[Message], None] | None = None,
        bind: tuple[str, int] | None = None,
    ) -> None:
        self.url, self.broker, self.key, self.book = url, broker, key, book
        self._hear = hear
        self._came, self.told_to_stop = Event(), Event()
        handler = type("Handler", (_Handler,), {"listener": self})
        parts = urlsplit(url)
        self._server = _Server(bind or ("127.0.0.1", parts.port or 80), handler)
        self._threads: list[Thread] = []

    @property
    def port(self) -> int:
        """The port it is bound to."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Begin to listen, in threads of its own."""
        work = [lambda: self._server.serve_forever(poll_interval=0.1)]
        if self._hear is not None:
            work.append(self._work)
        self._threads = [Thread(target=one, daemon=True) for one in work]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop listening and wait for the message in hand."""
        self.told_to_stop.set()
        self._came.set()
        self._server.shutdown()
        self._server.server_close()
        for thread in self._threads:
            thread.join(5)

    def wait(self) -> None:
        """Wait until told to stop."""
        self.told_to_stop.wait()

    def receive(self, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
        """Return the receipt for one request; raise a Refusal, and write nothing, if not."""
        parts = urlsplit(self.url)
        url = f"{parts.scheme}://{parts.netloc}{path}"
        message = take_in(url=url, headers=headers, body=body, broker=self.broker)
        receipt = self.book.receipt_of(message.dispatch)
        if receipt is None:
            signed = sign_receipt(message, key=self.key, received=now())
            receipt = self.book.enter(message, body, signed)
            self._came.set()
        return receipt

    def _work(self) -> None:
        while not self.told_to_stop.is_set():
            self._came.clear()
            settled = [self._worked(message) for message in self.book.waiting()]
            self._came.wait(None if all(settled) else _TRY_AGAIN_S)

    def _worked(self, message: Message) -> bool:
        assert self._hear is not None
        try:
            self._hear(message)
        except Exception:
            log.exception("message_not_worked", extra={"dispatch": message.dispatch})
            return False
        self.book.settle(message.dispatch)
        return True


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Log a line that broke; the broker sends again what got no answer."""
        log.warning("line_broken", exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    listener: Listener
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "broker-client", ""
    timeout = 30

    def do_POST(self) -> None:
        try:
            headers = dict(self.headers.items())
            receipt = self.listener.receive(self.path, headers, self._body())
        except Refusal as fault:
            self.close_connection = True
            log.warning("message_refused", extra={"kind": fault.kind})
            self._answer(_STATUS.get(type(fault), HTTPStatus.BAD_REQUEST), _problem(fault))
        else:
            self._answer(HTTPStatus.OK, receipt)

    def do_GET(self) -> None:
        self._answer(HTTPStatus.OK, canonical({"status": "listening"}))

    def _body(self) -> bytes:
        length = self.headers.get("content-length", "")
        if not length.isascii() or not length.isdigit():
            raise Invalid("The request does not say how long it is.")
        if len(length) > 9 or int(length) > MAX_MESSAGE_BYTES:
            raise TooLarge("The message is too large.")
        return self.rfile.read(int(length))

    def _answer(self, status: HTTPStatus, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: requests are in the book, refusals in the log."""


def _problem(fault: Refusal) -> bytes:
    members = {"kind": fault.kind, "what": fault.what, "why": fault.why, "remedy": fault.remedy}
    return canonical(members)
