"""The graph of what was packed: canonical, within its room, true to every name."""

import base64
import io
import json

import pytest

from broker.basics.errors import TooLarge
from broker.basics.ids import uuid7
from broker.crypto.canonical import canonical, parse_json
from evidence.package import provenance
from evidence.package.provenance import PackedFile, ProvenanceWriter
from tests.package.sealing_kit import NOON


def written(*files, not_packed=()):
    out = io.BytesIO()
    writer = ProvenanceWriter(out, package_id=str(uuid7()))
    for file in files:
        writer.add(file)
    writer.finish(not_packed=not_packed, sealed_by="platform-1", created=NOON)
    return out.getvalue()


def plain(name):
    return PackedFile(f"data/{name}", name.encode(), 3, "ab" * 32)


NAUGHTY = ["a", "quote'", "tab_", "\U0001f600", "\u00e9", "\ue000"]


@pytest.mark.parametrize("name", NAUGHTY, ids=range(len(NAUGHTY)))
def test_the_text_is_canonical_for_any_name(name):
    text = written(plain(name), PackedFile(f"data/{name}", b"\xff", 0, "00" * 32))

    assert canonical(parse_json(text)) == text


def test_only_a_renamed_file_tells_its_original_name():
    kept, renamed = plain("a"), PackedFile("data/_", b"\xff", 0, "00" * 32)

    nodes = json.loads(written(kept, renamed))["@graph"]

    told = [node.get("custody:originalName") for node in nodes]
    assert told == [None, base64.b64encode(b"\xff").decode(), None]


def test_every_node_has_a_name_of_its_own():
    text = written(plain("a"), plain("b"))

    names = [word for word in text.decode().split('"') if word.startswith("kb:")]
    assert len(names) == len(set(names)) == 9


def test_when_room_runs_out_renamed_files_are_still_told(monkeypatch):
    monkeypatch.setattr(provenance, "PLAIN_ROOM", 2_000)
    files = [plain(str(number)) for number in range(50)]
    renamed = PackedFile("data/_", b"\xff", 0, "00" * 32)

    graph = json.loads(written(*files, renamed))["@graph"]

    assert len(graph) < 10
    assert graph[-1]["custody:fileCount"] == 51
    assert "custody:originalName" in graph[-2]


def test_more_renamed_files_than_there_is_room_for_are_refused(monkeypatch):
    monkeypatch.setattr(provenance, "MAX_PROVENANCE", 5_000)
    renamed = [PackedFile(f"data/_~{number}", b"\xff", 0, "00" * 32) for number in range(50)]

    with pytest.raises(TooLarge, match="would pass 64 MiB"):
        written(*renamed)
