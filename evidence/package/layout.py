"""What stands where in a package: names of entries and bag files, and their limits.

The one definition for sealing, joining and verifying. Source: docs/custody-format.md, section 1.
"""

import re

KIB = 1024
MIB = 1024 * KIB

MIMETYPE = "mimetype"
MIMETYPE_BYTES = b"application/vnd.etsi.asic-e+zip"
STATEMENT = "statement.json"
MANIFEST = "META-INF/ASiCManifest001.xml"
SIGNATURE = "META-INF/signature001.p7s"
HEADER = "access/01.age-header"
RECEIVED = "ledger/received.json"
PROOF = "ledger/received.tlog-proof"
PAYLOAD = "payload.bin"

ENVELOPE_ENTRIES = frozenset({MIMETYPE, STATEMENT, MANIFEST, SIGNATURE, HEADER})
LEDGER_ENTRIES = frozenset({RECEIVED, PROOF})
HAND_OVER = re.compile(r"access/(0[2-9]|[1-9][0-9])\.(age-header|json|p7s)")
MAX_HAND_OVERS = 98
MAX_ENTRIES = len(ENVELOPE_ENTRIES) + len(LEDGER_ENTRIES) + 1 + 3 * MAX_HAND_OVERS

MAX_HEADER = 64 * KIB
MAX_MANIFEST = 64 * KIB
MAX_PROOF = 256 * KIB
MAX_SMALL = MIB  # every other JSON file and every signature

BAG = "bag/"
DATA = "data/"
BAGIT = "bagit.txt"
BAGIT_BYTES = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
ORDER = "metadata/order.json"
ORDER_SIGNATURE = "metadata/order.json.p7s"
OPENING = "metadata/opening.json"
DERIVATION = "metadata/derivation.json"
PROVENANCE = "metadata/provenance.jsonld"
BAG_INFO = "bag-info.txt"
BAG_MANIFEST = "manifest-sha256.txt"
TAG_MANIFEST = "tagmanifest-sha256.txt"
INNER_SIGNATURE = "signatures/tagmanifest-sha256.txt.p7s"

MAX_BAG_MANIFEST = 512 * MIB
MAX_PROVENANCE = 64 * MIB
MAX_FILES = 2_000_000


def entry_limit(name: str) -> int | None:
    """Return how many bytes the container's entry `name` may hold; None for the payload."""
    if name == PAYLOAD:
        return None
    if name.endswith(".age-header"):
        return MAX_HEADER
    return {MANIFEST: MAX_MANIFEST, PROOF: MAX_PROOF}.get(name, MAX_SMALL)


def tag_file_limit(name: str) -> int:
    """Return how many bytes the bag's file `name` (outside `data/`) may hold."""
    return {BAG_MANIFEST: MAX_BAG_MANIFEST, PROVENANCE: MAX_PROVENANCE}.get(name, MAX_SMALL)
