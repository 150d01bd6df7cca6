"""Builds a package step by step, so that a test can play a dishonest sealer at any step.

The house's own sealing refuses to do most of what is done here.
"""

import hashlib
import io
import zlib
from dataclasses import dataclass, field, replace

from broker.crypto import age
from broker.crypto.age_stream import encrypt_payload
from evidence.package import container, layout, tar
from evidence.package.bag_info import BagInfo, bag_info_text
from evidence.package.manifest import manifest_text
from evidence.package.opening import Opening
from evidence.package.padding import padded_size
from evidence.package.payload import PayloadFacts
from evidence.package.statement import Statement
from evidence.verifier.question import Question
from evidence.verifier.verifying import verify
from tests.verifier.world import (
    CASE_ID,
    CREATED,
    NOW,
    ORDER_ID,
    PACKAGE_ID,
    PLATFORM,
    World,
    der,
    sha256,
)


def same(value):
    return value


@dataclass
class Forge:
    """Each `edit_*` may change what was made at that step; what follows is made to fit it."""

    world: World
    files: dict = field(default_factory=lambda: {"a.txt": b"alpha", "sub/b.bin": b"\x00" * 2000})
    signed_order: object = None
    opening: Opening = None
    edit_info: object = same
    edit_manifest: object = same
    edit_tag_manifest: object = same
    inner_signer: object = None
    edit_members: object = same
    edit_tar: object = same
    edit_plain: object = same
    edit_payload: object = same
    header: object = None
    edit_statement: object = same
    edit_statement_bytes: object = same
    edit_asic: object = same
    outer_signer: object = None
    edit_signature: object = same
    receipt: dict = field(default_factory=dict)
    received: bool = True
    edit_entries: object = same
    edit_container: object = same

    def members(self):
        """Return the bag's files in order: (path below bag/, bytes)."""
        order = self.signed_order or self.world.signed_order()
        opening = self.opening or Opening(PACKAGE_ID, CASE_ID, "44" * 32, "55" * 32)
        data = [(f"data/{name}", content) for name, content in self.files.items()]
        info = BagInfo(
            package_id=PACKAGE_ID,
            case_id=CASE_ID,
            order_id=ORDER_ID,
            order_sha256=sha256(order.document),
            sealed_by=PLATFORM,
            octets=sum(len(content) for _, content in data),
            files=len(data),
            bagging_date=CREATED.date(),
            recipients=self.world.fingerprints,
        )
        tags = [
            (layout.BAGIT, layout.BAGIT_BYTES),
            (layout.ORDER, order.document),
            (layout.ORDER_SIGNATURE, order.signature),
            (layout.OPENING, opening.document()),
            (layout.PROVENANCE, b"{}"),
            (layout.BAG_INFO, bag_info_text(self.edit_info(info))),
            (layout.BAG_MANIFEST, self.edit_manifest(_listing(data))),
        ]
        tag_manifest = self.edit_tag_manifest(_listing(tags))
        signer = self.inner_signer or self.world.seal
        last = [
            (layout.TAG_MANIFEST, tag_manifest),
            (layout.INNER_SIGNATURE, signer.sign(tag_manifest)),
        ]
        self.commitments = (opening.case_commitment(), opening.inner_commitment(tag_manifest))
        return self.edit_members([tags[0], *data, *tags[1:], *last])

    def payload(self, file_key):
        text = b"".join(_member(path, content) for path, content in self.members()) + tar.END
        text = self.edit_tar(text)
        plain = self.edit_plain(text.ljust(padded_size(len(text)), b"\x00"))
        return self.edit_payload(b"".join(encrypt_payload([plain], file_key)))

    def build(self):
        """Return the container's bytes."""
        file_key = age.new_file_key()
        payload = self.payload(file_key)
        header = (self.header or age.make_header)(file_key, self.world.recipients)
        statement = self.edit_statement_bytes(self._statement(payload, header).document())
        manifest = manifest_text(
            statement=hashlib.sha256(statement).digest(),
            header=hashlib.sha256(header).digest(),
            payload=hashlib.sha256(payload).digest(),
        )
        manifest = self.edit_asic(manifest)
        signer = self.outer_signer or self.world.seal
        entries = {
            layout.STATEMENT: statement,
            layout.MANIFEST: manifest,
            layout.SIGNATURE: self.edit_signature(signer.sign(manifest)),
            layout.HEADER: header,
            layout.PAYLOAD: payload,
        }
        if self.received:
            received, proof = self.world.receipt(statement, payload, **self.receipt)
            entries |= {layout.RECEIVED: received, layout.PROOF: proof}
        return self.edit_container(pack(self.edit_entries(entries)))

    def _statement(self, payload, header):
        statement = Statement(
            package_id=PACKAGE_ID,
            case_commitment=self.commitments[0],
            inner_commitment=self.commitments[1],
            payload_sha256=sha256(payload),
            payload_size=len(payload),
            header_sha256=sha256(header),
            recipients=self.world.fingerprints,
            organisation=PLATFORM,
            cert_sha256=sha256_of(self.outer_signer or self.world.seal),
            sealing="client",
            derived=False,
            stamps=0,
            created=CREATED,
        )
        return self.edit_statement(statement)


def sha256_of(signer):
    return sha256(der(signer.certificate))


def pack(entries):
    """Return a container of the entries; the CRC-32s fit whatever they hold."""
    small = {name: data for name, data in entries.items() if name != layout.PAYLOAD}
    payload = entries[layout.PAYLOAD]
    facts = PayloadFacts(len(payload), sha256(payload), zlib.crc32(payload))
    out = io.BytesIO()
    container.lay_out(small, facts).write(io.BytesIO(payload), out)
    return out.getvalue()


def judge(package, world, *, trust=None, trust_list=None, key=True, **changes):
    """Verify container bytes in the world and return the report."""
    stream = package if hasattr(package, "read") else io.BytesIO(package)
    question = Question(
        package=stream,
        trust=trust_list or world.signed(trust or world.trust()),
        roots=world.root_fingerprints,
        identities=(world.officer,) if key else (),
        at=NOW,
        last_seen=1,
    )
    return verify(replace(question, **changes))


def _listing(files):
    return "".join(f"{sha256(data)}  {path}\n" for path, data in files).encode()


def _member(path, content):
    if isinstance(path, bytes):
        return path + content
    head = tar.member_header(layout.BAG + path, len(content))
    return head + content + tar.filling(len(content))
