"""metadata/provenance.jsonld: what was packed, from which names, and what was left out (CASE/UCO).

One node a file, written as the files pass, so memory does not grow with their number.
Source: docs/custody-format.md, section 1, "Names"; CASE 1.4, UCO 1.4.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO
from uuid import UUID, uuid5

from broker.basics.clock import iso
from broker.basics.errors import TooLarge
from broker.crypto.canonical import Json, canonical
from evidence.package.layout import MAX_PROVENANCE

# Beyond this, only renamed files have a node: 64 MiB must do for two million files.
MAX_NODES = 50_000

_CONTEXT: Mapping[str, Json] = {
    "custody": "https://schemas.invalid/custody/v1#",
    "kb": "urn:uuid:",
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
        self._write(b'{"@context":%s,"@graph":[' % canonical(_CONTEXT))

    def add(self, file: PackedFile) -> None:
        """Write a file's node; of plain files only the first 50,000 have one.

        Raises TooLarge when the text passes 64 MiB.
        """
        self._files += 1
        if file.is_renamed or self._nodes < MAX_NODES:
            self._add_node(self._file_node(file))

    def finish(self, *, not_packed: Sequence[bytes], sealed_by: str, created: datetime) -> None:
        """Write the sealing itself, with the paths of all that was not packed."""
        self._add_node(
            {
                "@id": self._id("sealing"),
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
            "@id": self._id(file.path),
            "@type": "uco-observable:File",
            "uco-core:hasFacet": [self._place_facet(file), self._content_facet(file)],
        }
        if file.is_renamed:
            node["custody:originalName"] = _base64(file.original)
        return node

    def _place_facet(self, file: PackedFile) -> Mapping[str, Json]:
        return {
            "@id": self._id(file.path, "place"),
            "@type": "uco-observable:FileFacet",
            "uco-observable:fileName": file.path.rpartition("/")[2],
            "uco-observable:filePath": file.path,
            "uco-observable:sizeInBytes": _typed("integer", str(file.size)),
        }

    def _content_facet(self, file: PackedFile) -> Mapping[str, Json]:
        method = {"@type": "uco-vocabulary:HashNameVocab", "@value": "SHA256"}
        return {
            "@id": self._id(file.path, "content"),
            "@type": "uco-observable:ContentDataFacet",
            "uco-observable:hash": [
                {
                    "@id": self._id(file.path, "hash"),
                    "@type": "uco-types:Hash",
                    "uco-types:hashMethod": method,
                    "uco-types:hashValue": _typed("hexBinary", file.sha256),
                }
            ],
        }

    def _id(self, *about: str) -> str:
        return f"kb:{uuid5(self._package, '/'.join(about))}"

    def _add_node(self, node: Mapping[str, Json]) -> None:
        self._write((b"," if self._nodes else b"") + canonical(node))
        self._nodes += 1

    def _write(self, text: bytes) -> None:
        if self._out.tell() + len(text) > MAX_PROVENANCE:
            raise TooLarge(
                "The package's provenance would pass 64 MiB.",
                why="Too many names cannot be kept, or too many links and empty folders lie there.",
                remedy="Seal the folder in parts, or rename the files first.",
            )
        self._out.write(text)


def _typed(kind: str, value: str) -> Mapping[str, Json]:
    return {"@type": f"xsd:{kind}", "@value": value}


def _base64(path: bytes) -> str:
    return base64.b64encode(path).decode("ascii")
