"""Ports, the lock of a folder, waiting until a broker answers."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from broker.basics.errors import Conflict, Unavailable
from broker.management.alone import alone_in
from broker.management.ports import free_ports
from broker.management.readiness import await_ready


def test_a_port_that_is_free_stays_the_wanted_one_and_a_taken_one_is_replaced():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        first, second = free_ports([port, 0])

    assert port not in {first, second}
    assert first != second
    assert free_ports([first]) == [first]


def test_a_second_broker_is_kept_out_of_the_folder(tmp_path):
    second = alone_in(tmp_path)

    with alone_in(tmp_path), pytest.raises(Conflict, match="Another broker runs in"):
        second.__enter__()

    with alone_in(tmp_path):
        pass


class Slow(BaseHTTPRequestHandler):
    asked: list[tuple[str, str]] = []

    def do_GET(self):
        self.asked.append((self.path, self.headers["host"]))
        self.send_response(503 if len(self.asked) < 3 else 200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def test_readiness_is_waited_for_under_the_public_name():
    with HTTPServer(("127.0.0.1", 0), Slow) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        tended = []

        await_ready(
            f"http://127.0.0.1:{server.server_port}",
            host="broker.example",
            within_s=20,
            goes_on=lambda: not tended.append(1),
        )
        server.shutdown()
        thread.join()

    assert Slow.asked == [("/health/ready", "broker.example")] * 3
    assert len(tended) == 2


def test_a_broker_that_never_answers_is_told_with_where_to_look():
    [port] = free_ports([0])

    with pytest.raises(Unavailable, match=r"Read web\.log and worker\.log"):
        await_ready(
            f"http://127.0.0.1:{port}", host="broker.example", within_s=0.3, goes_on=lambda: True
        )


def test_waiting_ends_when_it_is_told_to_stop():
    [port] = free_ports([0])

    took_s = await_ready(
        f"http://127.0.0.1:{port}", host="broker.example", within_s=60, goes_on=lambda: False
    )

    assert took_s is None
