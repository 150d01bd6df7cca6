"""The verifier's command line: verify, unpack, open, bundle. It never reaches the network."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from broker.basics import clock
from broker.basics.errors import Refusal
from broker.crypto.age_header import AgeError
from evidence.package.trust_files import read_signed_trust
from evidence.verifier import printing
from evidence.verifier.bundle import build
from evidence.verifier.outcome import Report, Status
from evidence.verifier.question import (
    Question,
    read_identities,
    read_instant,
    read_roots,
)
from evidence.verifier.state import read_last_seen, write_last_seen
from evidence.verifier.unpacking import open_package, unpack
from evidence.verifier.verifying import verify

_UNUSABLE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0, 1 or 3 as a verification ends; 2 when it cannot begin."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (Refusal, AgeError, OSError) as fault:
        sys.stderr.write(f"{fault}\n")
        return 1 if options.run is not _verify else _UNUSABLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evidence.verifier",
        description="Verify and open evidence packages, offline.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_verify(commands.add_parser("verify", help="make the seven checks and print each"))
    one = commands.add_parser("unpack", help="extract a package or its decrypted tar safely")
    one.add_argument("archive", type=Path)
    one.add_argument("directory", type=Path)
    one.set_defaults(run=_unpack)
    two = commands.add_parser("open", help="decrypt a package into a new folder")
    two.add_argument("package", type=Path)
    two.add_argument("--identity", type=Path, action="append", required=True)
    two.add_argument("--to", type=Path, required=True, metavar="DIR")
    two.set_defaults(run=_open)
    three = commands.add_parser("bundle", help="build the verifier as one file to carry along")
    three.add_argument("file", type=Path)
    three.set_defaults(run=_bundle)
    return parser


def _add_verify(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("package", type=Path)
    parser.add_argument("--trust", type=Path, required=True, help="trust.json; .NN.p7s beside it")
    parser.add_argument(
        "--root", action="append", required=True, metavar="HEX", help="SHA-256 of a root"
    )
    parser.add_argument("--identity", type=Path, action="append", default=[], metavar="FILE")
    parser.add_argument("--at", metavar="TIME", help="judge at this instant instead of now")
    seen = parser.add_mutually_exclusive_group()
    seen.add_argument("--last-seen", type=int, metavar="N", help="highest trust version seen")
    seen.add_argument("--state", type=Path, metavar="FILE", help="remember that version here")
    parser.add_argument("--require-stamp", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=_verify)


def _verify(options: argparse.Namespace) -> int:
    last_seen = read_last_seen(options.state) if options.state else options.last_seen
    with options.package.open("rb") as package:
        question = Question(
            package=package,
            trust=read_signed_trust(options.trust),
            roots=read_roots(options.root),
            identities=read_identities(options.identity),
            at=read_instant(options.at) if options.at else clock.now(),
            last_seen=last_seen,
            requires_stamp=options.require_stamp,
        )
        report = verify(question)
    if options.state:
        _remember(options.state, report)
    sys.stdout.write(printing.as_json(report) if options.json else printing.as_text(report))
    return int(report.exit)


def _remember(state: Path, report: Report) -> None:
    """Raise the remembered version, only to that of a trust list that holds."""
    if report.trust_version is not None and report.check(1).status is Status.PASS:
        write_last_seen(state, report.trust_version)


def _unpack(options: argparse.Namespace) -> int:
    files = unpack(options.archive, options.directory)
    sys.stdout.write(f"{files} files are in {options.directory}.\n")
    return 0


def _open(options: argparse.Namespace) -> int:
    bag = open_package(options.package, options.to, read_identities(options.identity))
    sys.stdout.write(
        f"{bag.count} files of {bag.octets} bytes are in {options.to / 'bag' / 'data'}.\n"
        "Opening does not show who sealed the package: run verify for that.\n"
    )
    return 0


def _bundle(options: argparse.Namespace) -> int:
    size = build(options.file)
    sys.stdout.write(f"{options.file} has {size} bytes; it needs Python and cryptography.\n")
    return 0
