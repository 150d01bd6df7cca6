"""Outgoing requests reach the public internet only, by whatever spelling they are asked."""

import time
from ipaddress import ip_address
from socket import AF_INET, SOCK_STREAM

import httpcore
import httpx
import pytest

from broker.basics.errors import NotAllowed
from broker.courier import guard
from broker.courier.guard import demand_url, guarded_client, is_open

INSIDE = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.31.255.255",
    "192.0.0.9",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.7",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "64:ff9b:1::808:808",
    "2002:a00:1::",
    "2002:7f00:1::1",
    "2001:0:808:808:0:0:f5ff:fffe",
    "2001:0:a00:1:0:0:f7f7:f7f7",
    "2001:db8::1",
    "2001:2::1",
    "3fff::1",
    "5f00::1",
    "100::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]
OUTSIDE = [
    "8.8.8.8",
    "1.1.1.1",
    "172.32.0.1",
    "100.128.0.1",
    "2606:4700:4700::1111",
    "2a00:1450:4007::200e",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_closed(address):
    assert not is_open(ip_address(address))


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_address_of_the_internet_is_open(address):
    assert is_open(ip_address(address))


def test_loopback_passes_only_when_allowed_and_never_in_disguise():
    assert is_open(ip_address("127.0.0.1"), loopback=True)
    assert is_open(ip_address("::1"), loopback=True)
    assert not is_open(ip_address("::ffff:127.0.0.1"), loopback=True)
    assert not is_open(ip_address("64:ff9b::7f00:1"), loopback=True)


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_no_spelling_of_this_machine_is_dialled(settings, host):
    settings.ALLOW_LOOPBACK = False

    with guarded_client(seconds=5) as client, pytest.raises(NotAllowed, match="must not reach"):
        client.get(f"http://{host}:9/")


def test_the_judged_address_is_the_one_that_is_dialled(settings, monkeypatch, receiver):
    port = httpx.URL(receiver.url).port
    asked = []

    def resolve(host, port, *_, **__):
        asked.append(host)
        if host != "platform.example":
            return [(AF_INET, SOCK_STREAM, 6, "", (host, port))]
        return [
            (AF_INET, SOCK_STREAM, 6, "", (address, port)) for address in ("10.0.0.1", "127.0.0.1")
        ]

    monkeypatch.setattr(guard.socket, "getaddrinfo", resolve)
    with guarded_client(seconds=5) as client:
        client.post(f"http://platform.example:{port}/hook", content=b"{}")

    [(_, headers, _)] = receiver.came
    assert asked == ["platform.example", "127.0.0.1"]
    assert headers["Host"] == f"platform.example:{port}"


def test_a_redirect_is_not_followed(receiver):
    receiver.status, receiver.headers = 307, {"location": receiver.url}

    with guarded_client(seconds=5) as client:
        response = client.post(receiver.url, content=b"{}")

    assert response.status_code == 307
    assert len(receiver.came) == 1


def test_a_dripping_answer_ends_with_the_whole_exchange(dripping):
    began = time.monotonic()

    with guarded_client(seconds=1) as client, pytest.raises(httpx.TimeoutException):
        client.get(dripping)

    assert time.monotonic() - began < 3


def test_many_silent_addresses_end_with_the_whole_exchange(monkeypatch):
    silent = [(AF_INET, SOCK_STREAM, 6, "", (f"8.8.8.{last}", 443)) for last in range(20)]
    tried = []

    def dial(_, address, port, timeout, *__):
        tried.append(address)
        time.sleep(timeout)
        raise httpcore.ConnectTimeout

    monkeypatch.setattr(guard.socket, "getaddrinfo", lambda *_, **__: silent)
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", dial)
    with guarded_client(seconds=0.5) as client, pytest.raises(httpx.TimeoutException):
        client.get("https://platform.example/")

    assert tried == ["8.8.8.0"]


@pytest.mark.parametrize(
    "url",
    [
        "ftp://tube.example/",
        "https://user:pass@tube.example/",
        "https:///hook",
        "https://tube.example/#part",
        "tube.example",
        "https://[::1",
        "",
    ],
)
def test_an_address_that_is_no_plain_url_is_refused(url):
    with pytest.raises(NotAllowed, match="not one that messages can be sent to"):
        demand_url(url)


def test_plain_http_is_refused_in_production(settings):
    settings.ALLOW_LOOPBACK = False

    with pytest.raises(NotAllowed, match="can be sent to"):
        demand_url("http://tube.example/hook")


@pytest.fixture
def dripping():
    """Serve an answer that sends one byte of a header every 0.2 s, for ever."""
    import socket
    import threading

    server = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def serve():
        connection, _ = server.accept()
        with connection:
            while not ended.wait(0.2):
                try:
                    connection.send(b"H")
                except OSError:
                    return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}/"
    ended.set()
    thread.join(2)
    server.close()
