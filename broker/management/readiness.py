"""Waits until a broker that is starting answers over HTTP."""

import time
from collections.abc import Callable

import httpx

from broker.basics.errors import Unavailable

_ASK_EVERY_S = 0.1


def await_ready(
    address: str, *, host: str, within_s: float, goes_on: Callable[[], bool]
) -> float | None:
    """Return the seconds until `address`/health/ready first answered 200.

    `host` is the broker's public name, the only one it answers to; `goes_on` is asked between
    attempts, and None is returned when it says no. Raises Unavailable when the time is over.
    """
    began = time.monotonic()
    with httpx.Client(trust_env=False, timeout=5.0, headers={"host": host}) as client:
        while time.monotonic() - began < within_s:
            if _answers(client, f"{address}/health/ready"):
                return time.monotonic() - began
            if not goes_on():
                return None
            time.sleep(_ASK_EVERY_S)
    raise Unavailable(
        f"The broker did not answer at {address} within {within_s:.0f} s.",
        why="Its web process did not start, or a database does not answer.",
        remedy="Read web.log and worker.log in the folder of process logs.",
    )


def _answers(client: httpx.Client, url: str) -> bool:
    try:
        return client.get(url).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
