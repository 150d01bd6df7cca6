"""The client's command line: one verb for each thing a platform or a prosecutor does."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from broker.client import verbs

_OFFLINE = {"open", "verify"}
type _Parser = argparse.ArgumentParser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; return 0, or 1 after a refusal. `open` and `verify` are the verifier's own."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and given[0] in _OFFLINE:
        from evidence.verifier.cli import main as verifier

        return verifier(given)
    options = _parser().parse_args(given)
    run: Callable[[argparse.Namespace], int] = options.run
    return verbs.reported(run, options)


def _parser() -> _Parser:
    parser = argparse.ArgumentParser(
        prog="python -m broker.client",
        description="Work with a broker: fetch, answer, seal, upload, listen, open, verify.",
        epilog="open and verify work offline: see python -m evidence.verifier --help.",
    )
    commands = parser.add_subparsers(required=True, metavar="VERB")
    _inbox(commands.add_parser("inbox", help="list the messages that wait"))
    _answer(commands.add_parser("answer", help="answer the items of a referral"))
    _seal(commands.add_parser("seal", help="seal a folder for whom an order names"))
    _upload(commands.add_parser("upload", help="upload a sealed package"))
    _download(commands.add_parser("download", help="fetch a package"))
    _listen(commands.add_parser("listen", help="take in signed messages"))
    for verb in sorted(_OFFLINE):
        commands.add_parser(verb, help="the offline verifier's command of this name")
    return parser


def _connected(parser: _Parser) -> None:
    parser.add_argument("--broker", required=True, metavar="URL", help="the broker's address")
    parser.add_argument(
        "--key", required=True, type=Path, metavar="PEM", help="your registered message key"
    )


def _inbox(parser: _Parser) -> None:
    _connected(parser)
    parser.add_argument("--to", type=Path, metavar="DIR", help="where messages are kept")
    parser.add_argument(
        "--acknowledge",
        action="store_true",
        help="take in all that waits: receipt is proven, clocks start, messages come to DIR",
    )
    parser.add_argument(
        "--again",
        action="append",
        default=[],
        metavar="DISPATCH",
        help="bring this message to DIR again, as acknowledging it did",
    )
    parser.set_defaults(run=verbs.inbox)


def _answer(parser: _Parser) -> None:
    _connected(parser)
    parser.add_argument("reference")
    parser.add_argument("answers", metavar="FILE", help="JSON list of answers; - for input")
    parser.set_defaults(run=verbs.answer)


def _seal(parser: _Parser) -> None:
    parser.add_argument("message", type=Path, help="the message that brought the order")
    parser.add_argument("source", type=Path, help="the folder to seal")
    parser.add_argument("out", type=Path, help="the folder to write the package to")
    parser.add_argument("--organisation", required=True, metavar="ID", help="your party id")
    parser.add_argument("--key", required=True, type=Path, metavar="PEM", help="your seal key")
    parser.add_argument("--certificate", required=True, type=Path, metavar="PEM")
    parser.add_argument("--trust", required=True, type=Path, help="trust.json; .NN.p7s beside it")
    parser.add_argument(
        "--root", action="append", required=True, metavar="HEX", help="SHA-256 of a root"
    )
    parser.set_defaults(run=verbs.seal)


def _upload(parser: _Parser) -> None:
    _connected(parser)
    parser.add_argument("reference")
    parser.add_argument("package", type=Path, help="the folder that seal wrote")
    parser.set_defaults(run=verbs.upload)


def _download(parser: _Parser) -> None:
    _connected(parser)
    parser.add_argument("package", metavar="ID")
    parser.add_argument("to", type=Path, metavar="FILE")
    parser.set_defaults(run=verbs.download)


def _listen(parser: _Parser) -> None:
    parser.add_argument("--url", required=True, help="the address registered with the broker")
    parser.add_argument("--bind", default="127.0.0.1", metavar="HOST")
    parser.add_argument("--port", type=int, help="default: that of the address")
    parser.add_argument(
        "--broker-key", required=True, type=Path, metavar="PEM", help="the broker's message key"
    )
    parser.add_argument("--key", required=True, type=Path, metavar="PEM", help="signs receipts")
    parser.add_argument("--book", required=True, type=Path, metavar="FILE")
    parser.add_argument("--to", required=True, type=Path, metavar="DIR")
    parser.set_defaults(run=verbs.listen)
