"""A simulated platform: a program of its own that speaks to the broker as any platform would.

`python -m broker.demo.simulated_platform --help`. It knows the broker only by its address and
the keys it was given, and imports nothing of the broker but its client.
"""

import argparse
import logging
import shutil
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from broker.client.book import Book
from broker.client.broker_client import BrokerClient
from broker.client.keyfiles import read_public_key, read_signing_key
from broker.client.listening import Listener
from broker.client.orders import Message, verified_order
from broker.client.sealing import seal_answer, sealer_from, trust_from

log = logging.getLogger("platform")

_NOTED_WITHIN_S = 20.0


class Platform:
    """What it does with each message; the listener has answered it with a receipt already."""

    def __init__(self, options: argparse.Namespace, client: BrokerClient) -> None:
        self._options = options
        self._client = client

    def hear(self, message: Message) -> None:
        """Work an order; leave any other message alone."""
        log.info("%s %s", message.kind, message.reference)
        if self._options.ignores:
            return
        if message.kind == "referral.order":
            keys = [read_public_key(path) for path in self._options.order_key]
            order = verified_order(message, order_keys=keys)
            self._remove(message, [item["position"] for item in order["items"]])
        elif message.kind == "request.order":
            self._produce(message)

    def _remove(self, message: Message, positions: list[int]) -> None:
        """Say of each item that it is removed; a repeat is the same act."""
        self._await_noted(self._client.referral, message.reference)
        items = [{"item": each, "outcome": "removed", "decided_under": "law"} for each in positions]
        self._client.answer(message.reference, items, idempotency_key=message.dispatch)

    def _produce(self, message: Message) -> None:
        """Preserve the data, seal them for whom the signed order names, upload the package.

        Sealing fails for an order or a recipient that the trust list does not bear out.
        """
        reference, given = message.reference, self._options
        self._await_noted(self._client.request, reference)
        self._client.step(
            "requests", reference, "preservation", idempotency_key=f"preserve {message.dispatch}"
        )
        out = given.work / reference
        if not (out / "envelope.zip").exists():
            sealer = sealer_from(given.organisation, given.seal_key, given.certificate)
            trust = trust_from(given.trust, given.root)
            sealed = seal_answer(message, given.evidence, out, trust=trust, sealer=sealer)
            log.info("sealed %s files, %s bytes", sealed.files, sealed.octets)
        self._client.upload(reference, out)
        shutil.rmtree(out)

    @staticmethod
    def _await_noted(case: Callable[[str], Mapping[str, Any]], reference: str) -> None:
        """Wait until the broker has written down our receipt, which it does after our answer."""
        until = time.monotonic() + _NOTED_WITHIN_S
        while case(reference)["state"] == "sent" and time.monotonic() < until:
            time.sleep(0.1)


def main() -> None:
    """Listen until told to stop."""
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(asctime)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    options = _parser().parse_args()
    key = read_signing_key(options.key)
    with BrokerClient(options.broker, key) as client:
        platform = Platform(options, client)
        broker = read_public_key(options.broker_key)
        listener = Listener(options.url, broker, key, Book(options.book), hear=platform.hear)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: listener.told_to_stop.set())
        listener.start()
        listener.wait()
        listener.stop()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Play a platform towards a broker.")
    parser.add_argument("--url", required=True, help="where it listens for the broker")
    parser.add_argument("--broker", required=True, metavar="URL", help="the broker's address")
    parser.add_argument("--broker-key", required=True, type=Path, metavar="PEM")
    parser.add_argument("--key", required=True, type=Path, metavar="PEM", help="its message key")
    parser.add_argument("--order-key", action="append", default=[], type=Path, metavar="PEM")
    parser.add_argument("--book", required=True, type=Path, metavar="FILE")
    parser.add_argument("--organisation", required=True, metavar="ID", help="its party id")
    parser.add_argument("--seal-key", required=True, type=Path, metavar="PEM")
    parser.add_argument("--certificate", required=True, type=Path, metavar="PEM")
    parser.add_argument("--trust", required=True, type=Path, help="trust.json; .NN.p7s beside it")
    parser.add_argument("--root", action="append", required=True, metavar="HEX")
    parser.add_argument("--evidence", required=True, type=Path, metavar="DIR", help="what it has")
    parser.add_argument("--work", required=True, type=Path, metavar="DIR", help="where it seals")
    parser.add_argument("--ignores", action="store_true", help="take orders in and do nothing")
    return parser


if __name__ == "__main__":
    main()
