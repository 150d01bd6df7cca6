"""Seals a folder for the recipients an order names, in one pass over its files.

Whether a recipient's key is genuine is judged by the caller, against trust.json, before.
Source: docs/custody-format.md, section 1, "Sealing, one pass".
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from broker.basics.errors import Invalid
from broker.crypto import age
from broker.crypto.canonical import sha256_hex
from evidence.package import container, layout
from evidence.package.manifest import manifest_text
from evidence.package.packing import Packed, pack
from evidence.package.payload import ContainerSums, Sums
from evidence.package.pipeline import SealingPipe, write_all
from evidence.package.statement import Statement
from evidence.package.task import Sealed, Sealer, SignedOrder, Task, prepare

__all__ = ["ENVELOPE_FILE", "PAYLOAD_FILE", "Sealed", "Sealer", "SignedOrder", "seal", "seal_file"]

PAYLOAD_FILE = "payload.bin"
ENVELOPE_FILE = "envelope.zip"


def seal(
    source: Path,
    out: Path,
    *,
    order: SignedOrder,
    package_id: str,
    recipients: Sequence[str],
    sealer: Sealer,
) -> Sealed:
    """Seal the folder `source` into `payload.bin` and `envelope.zip` in the folder `out`.

    `recipients` are age recipients of one kind, at least two (an office's or officer's key and
    the same party's escrow key), each named in the order. Raises Invalid, TooLarge,
    WrongState (a file changed) or Unavailable (no room); FileExistsError for an earlier package.
    """
    _demand_outside(source, out)
    task = prepare(source, order, package_id, recipients, sealer)
    with _new_file(out / PAYLOAD_FILE) as target:
        sealed, entries = _seal(task, target, Sums())
        with _new_file(out / ENVELOPE_FILE) as envelope:
            write_all(envelope, container.lay_out_envelope(entries))
    return sealed


def seal_file(
    source: Path,
    out: Path,
    *,
    order: SignedOrder,
    package_id: str,
    recipients: Sequence[str],
    sealer: Sealer,
) -> Sealed:
    """Seal as `seal` does, into the one container `out` (`*.asice`), not yet received."""
    _demand_outside(source, out)
    task = prepare(source, order, package_id, recipients, sealer)
    with _new_file(out) as target:
        target.seek(container.payload_offset())
        sums = ContainerSums()
        sealed, entries = _seal(task, target, sums)
        head, _, tail = container.lay_out(entries, sums.facts()).parts
        write_all(target, tail.literal or b"")
        target.seek(0)
        write_all(target, head.literal or b"")
    return sealed


def _seal(task: Task, target: FileIO, sums: Sums) -> tuple[Sealed, dict[str, bytes]]:
    """Write the payload to `target`; return what was sealed and the envelope's entries."""
    file_key = age.new_file_key()
    header = age.make_header(file_key, task.recipients)
    with SealingPipe(target, file_key, sums) as pipe:
        packed = pack(task, pipe)
        pipe.finish()
    statement = _statement(task, packed, header, sums)
    document = statement.document()
    sealed = Sealed(
        statement=statement,
        statement_sha256=sha256_hex(document),
        files=packed.files,
        octets=packed.octets,
        renamed=packed.renamed,
        not_packed=tuple(packed.not_packed),
    )
    return sealed, _envelope(task, document, header, sums)


def _statement(task: Task, packed: Packed, header: bytes, payload: Sums) -> Statement:
    return Statement(
        package_id=task.package_id,
        case_commitment=task.opening.case_commitment(),
        inner_commitment=task.opening.inner_commitment(packed.tag_manifest),
        payload_sha256=payload.sha256,
        payload_size=payload.size,
        header_sha256=sha256_hex(header),
        recipients=task.fingerprints,
        organisation=task.sealer.organisation,
        cert_sha256=task.sealer.cert_sha256,
        sealing="client",
        derived=False,
        stamps=0,
        created=task.created,
    )


def _envelope(task: Task, statement: bytes, header: bytes, payload: Sums) -> dict[str, bytes]:
    manifest = manifest_text(
        statement=hashlib.sha256(statement).digest(),
        header=hashlib.sha256(header).digest(),
        payload=bytes.fromhex(payload.sha256),
    )
    return {
        layout.STATEMENT: statement,
        layout.MANIFEST: manifest,
        layout.SIGNATURE: task.sealer.sign(manifest, at=task.created),
        layout.HEADER: header,
    }


@contextmanager
def _new_file(path: Path) -> Iterator[FileIO]:
    """Make a file that was not there; take it away again when sealing fails."""
    with open(path, "xb", buffering=0) as target:
        try:
            yield target
        except BaseException:
            path.unlink()
            raise


def _demand_outside(source: Path, out: Path) -> None:
    if out.resolve().is_relative_to(source.resolve()):
        raise Invalid(
            "The package would be written into the folder that is sealed.",
            remedy="Choose a folder outside it.",
        )
