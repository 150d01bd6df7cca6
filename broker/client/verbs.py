"""What each verb of the command line does. What is printed is JSON, progress goes to errors."""

import argparse
import json
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from broker.basics.clock import iso
from broker.basics.errors import Invalid, Refusal
from broker.client.book import Book
from broker.client.broker_client import BrokerClient
from broker.client.keeping import forget_wanted, keep, note_wanted
from broker.client.listening import Listener
from broker.client.sealing import seal_answer, sealer_from, trust_from
from broker.client.waiting import Waiting
from broker.courier.message import Message, read_message
from broker.crypto.canonical import parse_json
from broker.crypto.keys import PublicKey, load_pem

type Options = argparse.Namespace


def reported(run: Callable[[Options], int], options: Options) -> int:
    """Run a verb; a refusal is told in full and gives 1."""
    try:
        return run(options)
    except Refusal as refusal:
        sys.stderr.write(f"{refusal}\n")
        for name, faults in refusal.fields.items():
            sys.stderr.write(f"  {name}: {' '.join(faults)}\n")
    except OSError as fault:
        sys.stderr.write(f"{fault}\n")
    return 1


def inbox(options: Options) -> int:
    """Print a line for each message that waits; take all in and keep them, if asked to."""
    if (options.acknowledge or options.again) and options.to is None:
        raise Invalid(
            "There is no folder for what you take in.",
            why="A message that was taken in waits in the inbox no longer.",
            remedy="Say with --to DIR where messages are kept.",
        )
    with _client(options) as client:
        waiting = list(client.inbox())
        for each in waiting:
            _print(_listed(each))
        if options.acknowledge or options.again:
            wanted = [each.dispatch for each in waiting] if options.acknowledge else []
            _take_in(client, [*wanted, *options.again], options.to)
    return 0


def _take_in(client: BrokerClient, dispatches: list[str], folder: Path) -> None:
    for message in client.take_in(note_wanted(dispatches, folder)):
        _print({**_line(message), "kept": str(keep(message, folder))})
    forget_wanted(folder)


def answer(options: Options) -> int:
    """Send a list of answers from a file or the input."""
    from_input = options.answers == "-"
    given = sys.stdin.buffer.read() if from_input else Path(options.answers).read_bytes()
    items = parse_json(given)
    if not isinstance(items, list):
        raise Invalid("The answers are not a JSON list.")
    with _client(options) as client:
        answered = client.answer(options.reference, items).members
    _print(answered)
    return 0 if all(result["recorded"] for result in answered.get("results", [])) else 1


def seal(options: Options) -> int:
    """Seal a folder under a kept message's order."""
    sealed = seal_answer(
        read_message(options.message.read_bytes()),
        options.source,
        options.out,
        trust=trust_from(options.trust, options.root),
        sealer=sealer_from(options.organisation, options.key, options.certificate),
    )
    _print(
        {
            "package": sealed.statement.package_id,
            "files": sealed.files,
            "bytes": sealed.octets,
            "renamed": sealed.renamed,
            "not_packed": len(sealed.not_packed),
        }
    )
    return 0


def upload(options: Options) -> int:
    """Upload a sealed package, going on where an earlier run ended."""
    with _client(options) as client:
        _print(client.upload(options.reference, options.package, tell=_tell).members)
    return 0


def download(options: Options) -> int:
    """Fetch a package, going on where an earlier run ended."""
    with _client(options) as client:
        _print({"bytes": client.download(options.package, options.to, tell=_tell)})
    return 0


def listen(options: Options) -> int:
    """Take in messages until told to stop; each is kept as a file and printed."""

    def hear(message: Message) -> None:
        keep(message, options.to)
        _print(_line(message))

    listener = Listener(
        options.url,
        _public_key(options.broker_key),
        load_pem(options.key.read_bytes()),
        Book(options.book),
        hear=hear,
        bind=(options.bind, options.port) if options.port is not None else None,
    )
    listener.start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: listener.told_to_stop.set())
    _print({"listening": options.url, "port": listener.port})
    listener.wait()
    listener.stop()
    return 0


def _client(options: Options) -> BrokerClient:
    return BrokerClient(options.broker, load_pem(options.key.read_bytes()))


def _public_key(path: Path) -> PublicKey:
    try:
        half = load_pem_public_key(path.read_bytes())
    except ValueError:
        raise Invalid(f"{path} holds no public key in PEM.") from None
    return PublicKey.from_spki(half.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def _line(message: Message) -> dict[str, Any]:
    return {
        "dispatch": message.dispatch,
        "kind": message.kind,
        "reference": message.reference,
        "issued": iso(message.issued),
    }


def _listed(waiting: Waiting) -> dict[str, Any]:
    return {
        "dispatch": waiting.dispatch,
        "kind": waiting.kind,
        "reference": waiting.reference,
        "created": iso(waiting.created),
        "due": iso(waiting.due) if waiting.due else None,
    }


def _print(members: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(members, ensure_ascii=True) + "\n")
    sys.stdout.flush()


def _tell(done: int, whole: int) -> None:
    share = 100 * done // whole if whole else 100
    sys.stderr.write(f"\r{share:3d}% of {whole} bytes{'' if done < whole else chr(10)}")
