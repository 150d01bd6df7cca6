"""Keep outgoing requests out of the house's own network: check the address that is dialled.

A name is resolved once, each address is judged by a list of networks, and the connection goes
to a judged address; TLS and Host keep the name. Every redirect that a caller chooses to
follow is a new connection and judged anew.
"""

import socket
import ssl
import time
from collections.abc import Iterable
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

import httpcore
import httpx
from django.conf import settings

from broker.basics.errors import NotAllowed

type Address = IPv4Address | IPv6Address
type SocketOption = Any

# IANA special-purpose registries (RFC 6890 and updates); `is_global` alone lets some through.
_CLOSED_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_OPEN_V6 = IPv6Network("2000::/3")
_CLOSED_V6 = tuple(
    IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16")
)
_NAT64 = IPv6Network("64:ff9b::/96")


def is_open(address: Address, *, loopback: bool = False) -> bool:
    """Tell whether `address` lies in the public internet, however it is wrapped.

    IPv4 inside IPv6 (mapped, NAT64, 6to4, Teredo) is unwrapped and every address within is
    judged. `loopback` lets plain 127.0.0.0/8 and ::1 pass: demo and tests only.
    """
    if loopback and address.is_loopback and getattr(address, "ipv4_mapped", None) is None:
        return True
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _CLOSED_V4)
    if wrapped := _wrapped(address):
        return all(is_open(inner) for inner in wrapped)
    return address in _OPEN_V6 and not any(address in network for network in _CLOSED_V6)


def _wrapped(address: IPv6Address) -> list[IPv4Address]:
    """Return the IPv4 addresses that an IPv6 address carries by RFC 4291, 6052, 3056, 4380."""
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    if address in _NAT64:
        return [IPv4Address(int(address) & 0xFFFF_FFFF)]
    if address.sixtofour is not None:
        return [address.sixtofour]
    return list(address.teredo or ())


def judged_addresses(host: str, port: int) -> list[str]:
    """Resolve `host` once and return the addresses that may be dialled; NotAllowed if none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as fault:
        raise httpx.ConnectError(f"The name {host} does not resolve: {fault}") from fault
    addresses = dict.fromkeys(str(entry[4][0]) for entry in found)
    judged = [
        address
        for address in addresses
        if is_open(ip_address(address), loopback=settings.ALLOW_LOOPBACK)
    ]
    if not judged:
        raise NotAllowed(
            "The address lies in a network that outgoing messages must not reach.",
            why="It is private, reserved or this machine's own.",
            remedy="Register a public address for this contact point.",
        )
    return judged


def _left(until: float, timeout: float | None) -> float:
    """Return the seconds left until `until` (monotonic), at most `timeout`."""
    left = until - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("The exchange took too long as a whole.")
    return left if timeout is None else min(left, timeout)


class GuardedBackend(httpcore.NetworkBackend):
    """Dials judged addresses only, and bounds a whole exchange to `seconds`."""

    def __init__(self, *, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._dialler = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.NetworkStream:
        fault: Exception | None = None
        for address in judged_addresses(host, port):
            try:
                # However many addresses the receiver's own name server gives.
                left = _left(self._until, timeout)
                stream = self._dialler.connect_tcp(
                    address, port, left, local_address, socket_options
                )
                return _Bounded(stream, self._until)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                fault = error
        raise fault or httpcore.ConnectError("No address answers.")


class _Bounded(httpcore.NetworkStream):
    """A stream whose reads and writes all end by one instant, however slowly bytes drip."""

    def __init__(self, stream: httpcore.NetworkStream, until: float) -> None:
        self._stream = stream
        self._until = until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._until, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._until, timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        inner = self._stream.start_tls(ssl_context, server_hostname, _left(self._until, timeout))
        return _Bounded(inner, self._until)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _GuardedTransport(httpx.HTTPTransport):
    def __init__(self, *, seconds: float) -> None:
        context = _tls()
        super().__init__(verify=context, trust_env=False)
        self._pool.close()
        # httpx has no public way to name a network backend; the guard's test would show a change.
        self._pool = httpcore.ConnectionPool(
            ssl_context=context, network_backend=GuardedBackend(seconds=seconds)
        )


@cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


def guarded_client(*, seconds: float) -> httpx.Client:
    """Return a client for one exchange of at most `seconds`: no proxy, no redirect, no cookie.

    A request raises NotAllowed for an address inside, httpx.HTTPError for what the network does.
    """
    return httpx.Client(
        transport=_GuardedTransport(seconds=seconds),
        timeout=httpx.Timeout(min(seconds, 5.0), read=seconds),
        trust_env=False,
        follow_redirects=False,
    )


def demand_url(url: str) -> httpx.URL:
    """Return `url` parsed; raise NotAllowed unless it is https (http where loopback may be).

    A URL with user, password or fragment is refused as well.
    """
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        parsed = httpx.URL("")
    schemes = {"https", "http"} if settings.ALLOW_LOOPBACK else {"https"}
    if parsed.scheme not in schemes or not parsed.host or parsed.userinfo or parsed.fragment:
        raise NotAllowed(
            "The address is not one that messages can be sent to.",
            why=f"It must be a URL of {' or '.join(sorted(schemes))} with a host and no password.",
            remedy="Correct the address of this contact point.",
        )
    return parsed
