"""metadata/provenance.jsonld: what was packed, from which names, and what was left out (CASE/UCO).

One node a file, written as the files pass, so memory does not grow with their number.
Source: docs/custody-format.md, section 1, "Names"; CASE 1.4, UCO 1.4.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO
from uuid import UUID

from broker.basics.clock import iso
from broker.basics.errors import TooLarge
from broker.crypto.canonical import Json
from evidence.package.layout import MAX_PROVENANCE

# Half of the room is for all files, the rest for those that were renamed: a package of two
# million files must not fail for want of it.
PLAIN_ROOM = MAX_PROVENANCE // 2

_CONTEXT: Mapping[str, Json] = {
    "custody": "https://schemas.invalid/custody/v1#",
    "kb": "https://schemas.invalid/custody/kb/",
    "uco-action": "https://ontology.unifiedcyberontology.org/uco/action/",
    "uco-core": "https://ontology.unifiedcyberontology.org/uco/core/",
    "uco-observable": "https://ontology.unifiedcyberontology.org/uco/observable/",
    "uco-types": "https://ontology.unifiedcyberontology.org/uco/types/",
    "uco-vocabulary": "https://ontology.unifiedcyberontology.org/uco/vocabulary/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A file as it was packed: `path` from `data/` on, `original` its path's bytes before."""

    path: str
    original: bytes
    size: int
    sha256: str

    @property
    def is_renamed(self) -> bool:
        """Tell whether the packed path differs from the original in any byte."""
        return self.path.encode() != b"data/" + self.original


class ProvenanceWriter:
    """Writes the graph into `out` node by node; the text is canonical JSON all the way."""

    def __init__(self, out: IO[bytes], *, package_id: str) -> None:
        self._out = out
        self._package = UUID(package_id)
        self._nodes = 0
        self._files = 0
        self._write(b'{"@context":%s,"@graph":[' % _text(_CONTEXT))

    def add(self, file: PackedFile) -> None:
        """Write a file's node; a file that kept its name has none once 32 MiB are written.

        Raises TooLarge when the text passes 64 MiB.
        """
        self._files += 1
        if file.is_renamed or self._out.tell() < PLAIN_ROOM:
            self._add_node(self._file_node(file))

    def finish(self, *, not_packed: Sequence[bytes], sealed_by: str, created: datetime) -> None:
        """Write the sealing itself, with the paths of all that was not packed."""
        self._add_node(
            {
                "@id": self._id("Action", ""),
                "@type": "uco-action:Action",
                "custody:fileCount": self._files,
                "custody:fileList": "manifest-sha256.txt",
                "custody:notPacked": [_base64(path) for path in not_packed],
                "custody:packageId": str(self._package),
                "custody:sealedBy": sealed_by,
                "uco-action:endTime": _typed("dateTime", iso(created)),
                "uco-core:name": "Sealing of the files in this package",
            }
        )
        self._write(b"]}")

    def _file_node(self, file: PackedFile) -> Mapping[str, Json]:
        node: dict[str, Json] = {
            "@id": self._id("File", file.path),
            "@type": "uco-observable:File",
            "uco-core:hasFacet": [self._place_facet(file), self._content_facet(file)],
        }
        if file.is_renamed:
            node["custody:originalName"] = _base64(file.original)
        return node

    def _place_facet(self, file: PackedFile) -> Mapping[str, Json]:
        return {
            "@id": self._id("FileFacet", file.path),
            "@type": "uco-observable:FileFacet",
            "uco-observable:fileName": file.path.rpartition("/")[2],
            "uco-observable:filePath": file.path,
            "uco-observable:sizeInBytes": _typed("integer", str(file.size)),
        }

    def _content_facet(self, file: PackedFile) -> Mapping[str, Json]:
        method = {"@type": "uco-vocabulary:HashNameVocab", "@value": "SHA256"}
        return {
            "@id": self._id("ContentDataFacet", file.path),
            "@type": "uco-observable:ContentDataFacet",
            "uco-observable:hash": [
                {
                    "@id": self._id("Hash", file.path),
                    "@type": "uco-types:Hash",
                    "uco-types:hashMethod": method,
                    "uco-types:hashValue": _typed("hexBinary", file.sha256),
                }
            ],
        }

    def _id(self, kind: str, path: str) -> str:
        """Return a node's name: its kind and a UUID (version 8) of package and path."""
        digest = hashlib.sha256(self._package.bytes + path.encode()).digest()
        value = int.from_bytes(digest[:16]) & ~(0xF << 76) | 0x8 << 76
        return f"kb:{kind}-{UUID(int=value & ~(0x3 << 62) | 0x2 << 62)}"

    def _add_node(self, node: Mapping[str, Json]) -> None:
        self._write((b"," if self._nodes else b"") + _text(node))
        self._nodes += 1

    def _write(self, text: bytes) -> None:
        if self._out.tell() + len(text) > MAX_PROVENANCE:
            raise TooLarge(
                "The package's provenance would pass 64 MiB.",
                why="Too many names cannot be kept, or too many links and empty folders lie there.",
                remedy="Seal the folder in parts, or rename the files first.",
            )
        self._out.write(text)


def _text(node: Mapping[str, Json]) -> bytes:
    """Return canonical JSON: for ASCII names without floats, this is RFC 8785, ten times faster."""
    return json.dumps(node, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def _typed(kind: str, value: str) -> Mapping[str, Json]:
    return {"@type": f"xsd:{kind}", "@value": value}


def _base64(path: bytes) -> str:
    return base64.b64encode(path).decode("ascii")
