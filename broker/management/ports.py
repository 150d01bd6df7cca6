"""Free ports of this machine, the same as last time where they are still free."""

import socket
from collections.abc import Sequence


def free_ports(wanted: Sequence[int]) -> list[int]:
    """Return a free port for each wanted one: itself, or any other (0: any)."""
    held = [_bound(port) for port in wanted]
    ports = [int(one.getsockname()[1]) for one in held]
    for one in held:
        one.close()
    return ports


def _bound(port: int) -> socket.socket:
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        one.bind(("127.0.0.1", port))
    except OSError:
        one.bind(("127.0.0.1", 0))
    return one
