"""Check 4: the manifest is the one possible text, its digests hold, algorithms are strong.

Source: docs/custody-format.md, section 1, Container, Signatures and check 4.
"""

import hashlib
from collections.abc import Iterable

from evidence.package.manifest import manifest_text
from evidence.verifier.check2_container import Contents
from evidence.verifier.outcome import Check
from evidence.verifier.signatures import Reading

NUMBER = 4
NAME = "The signed manifest fits the files, and the algorithms are accepted"


def digest(contents: Contents) -> bytes:
    """Return the SHA-256 of the manifest as it lies in the container: what was signed."""
    return hashlib.sha256(contents.manifest).digest()


def judge(check: Check, contents: Contents) -> None:
    """Compare the manifest with the text that the three files give."""
    expected = manifest_text(
        statement=bytes.fromhex(contents.statement_sha256),
        header=hashlib.sha256(contents.header).digest(),
        payload=bytes.fromhex(contents.payload_sha256),
    )
    if contents.manifest != expected:
        check.fail("The manifest is not the text that names these three files and digests.")
    statement = contents.statement
    if statement.payload_sha256 != contents.payload_sha256:
        check.fail("The statement gives another digest of the payload.")
    if statement.payload_size != contents.payload_size:
        check.fail("The statement gives another size of the payload.")


def judge_algorithms(check: Check, readings: Iterable[Reading], *, path_weakness: str) -> None:
    """Refuse every signature, and every path, that rests on an algorithm not accepted."""
    for weakness in (*(reading.weakness for reading in readings), path_weakness):
        if weakness:
            check.fail(weakness)
