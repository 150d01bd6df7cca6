"""Packs a folder into the sealing pipe: files first, then what is said of them, then zeros.

Source: docs/custody-format.md, section 1, "Inside".
"""

from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO

from broker.crypto.canonical import sha256_hex
from evidence.package import layout, tar
from evidence.package.bag import BagWriter
from evidence.package.bag_info import BagInfo, bag_info_text
from evidence.package.padding import padded_size
from evidence.package.pipeline import SealingPipe
from evidence.package.provenance import ProvenanceWriter
from evidence.package.source import Found, walk
from evidence.package.task import Task


@dataclass(slots=True)
class Packed:
    """What was packed, counted while it passes; `octets` are the files' bytes together."""

    not_packed: list[bytes]
    renamed: int = 0
    files: int = 0
    octets: int = 0
    tag_manifest: bytes = b""


def pack(task: Task, pipe: SealingPipe) -> Packed:
    """Write bag and padding into the pipe."""
    packed = Packed(not_packed=[])
    with TemporaryFile() as listing, TemporaryFile() as graph:
        provenance = ProvenanceWriter(graph, package_id=task.package_id)
        bag = BagWriter(pipe, listing, provenance)
        bag.add_tag(layout.BAGIT, layout.BAGIT_BYTES)
        _pack_files(task, bag, packed)
        provenance.finish(
            not_packed=packed.not_packed,
            sealed_by=task.sealer.organisation,
            created=task.created,
        )
        _pack_tags(task, bag, graph, packed)
    pipe.write(tar.END)
    pipe.write_zeros(padded_size(pipe.plain_bytes) - pipe.plain_bytes)
    return packed


def _pack_files(task: Task, bag: BagWriter, packed: Packed) -> None:
    for found in walk(task.source):
        if isinstance(found, Found):
            bag.add_file(found)
            packed.renamed += found.is_renamed
        else:
            packed.not_packed.append(found.original)
    bag.settle()
    packed.files, packed.octets = bag.files, bag.octets


def _pack_tags(task: Task, bag: BagWriter, provenance: IO[bytes], packed: Packed) -> None:
    bag.add_tag(layout.ORDER, task.signed.document)
    bag.add_tag(layout.ORDER_SIGNATURE, task.signed.signature)
    bag.add_tag(layout.OPENING, task.opening.document())
    bag.add_spooled(layout.PROVENANCE, provenance)
    bag.add_tag(layout.BAG_INFO, bag_info_text(_bag_info(task, packed)))
    bag.add_manifest()
    packed.tag_manifest = bag.add_tag_manifest()
    signature = task.sealer.sign(packed.tag_manifest, at=task.created)
    bag.add_untagged(layout.INNER_SIGNATURE, signature)


def _bag_info(task: Task, packed: Packed) -> BagInfo:
    return BagInfo(
        package_id=task.package_id,
        case_id=task.order.case_id,
        order_id=task.order.order_id,
        order_sha256=sha256_hex(task.signed.document),
        sealed_by=task.sealer.organisation,
        octets=packed.octets,
        files=packed.files,
        bagging_date=task.created.date(),
        recipients=task.fingerprints,
    )
