"""Check 2: the container is a package, nothing more, and its documents have their shapes.

Source: docs/custody-format.md, section 1, Container, and check 2.
"""

from dataclasses import dataclass

from broker.basics.errors import Refusal
from broker.crypto.canonical import sha256_hex
from evidence.package import layout
from evidence.package.container_reader import Container, open_container
from evidence.package.received import Received, parse_received
from evidence.package.statement import Statement, parse_statement
from evidence.verifier.outcome import Check
from evidence.verifier.question import Question

NUMBER = 2
NAME = "The container has exactly the form of a package"


@dataclass(frozen=True, slots=True)
class Contents:
    """The entries of a sound container. Digests are 64 hex digits.

    `received` and `proof` are None for a package the broker has not received yet.
    """

    container: Container
    statement: Statement
    statement_sha256: str
    manifest: bytes
    signature: bytes
    header: bytes
    payload_sha256: str
    payload_size: int
    received: Received | None
    proof: bytes | None


def judge(check: Check, question: Question) -> Contents | None:
    """Judge the container; return its contents, None where it is not sound."""
    try:
        container = open_container(question.package)
        return _contents(container)
    except (Refusal, OSError) as fault:
        check.fail(fault)
        return None


def _contents(container: Container) -> Contents:
    for name in container.entries:
        if name != layout.PAYLOAD:
            container.read(name)
    statement = container.read(layout.STATEMENT)
    is_received = layout.RECEIVED in container
    return Contents(
        container=container,
        statement=parse_statement(statement),
        statement_sha256=sha256_hex(statement),
        manifest=container.read(layout.MANIFEST),
        signature=container.read(layout.SIGNATURE),
        header=container.read(layout.HEADER),
        payload_sha256=container.digest(layout.PAYLOAD),
        payload_size=container.entries[layout.PAYLOAD].size,
        received=parse_received(container.read(layout.RECEIVED)) if is_received else None,
        proof=container.read(layout.PROOF) if is_received else None,
    )
