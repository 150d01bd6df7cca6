"""The container: whatever ZIP allows and a package does not have is refused as check 2."""

import io
import re
import struct
import zipfile

import pytest

from broker.basics.errors import Invalid, TooLarge
from evidence.package import layout
from evidence.package.container_reader import open_container, open_envelope
from evidence.package.zip_records import CENTRAL, END
from evidence.verifier.outcome import Status
from tests.verifier.attacks import entries_of
from tests.verifier.forge import judge, pack

SMALL = {
    layout.STATEMENT: b"{}",
    layout.MANIFEST: b"<m/>",
    layout.SIGNATURE: b"0",
    layout.HEADER: b"age",
    layout.PAYLOAD: b"payload",
}
MIMETYPE = (layout.MIMETYPE, layout.MIMETYPE_BYTES)


def zipped(entries, *, comment=b"", method=zipfile.ZIP_STORED, **fields):
    """Return a ZIP by Python's zipfile, with a package's plain attributes but for `fields`."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.comment = comment
        for name, data in entries:
            info = zipfile.ZipInfo(name, date_time=fields.pop("date_time", (1980, 1, 1, 0, 0, 0)))
            info.compress_type, info.extra = method, fields.get("extra", b"")
            archive.writestr(info, data)
            # Written with the central directory, when the archive is closed.
            for field, value in {"create_system": 0, "external_attr": 0, **fields}.items():
                setattr(info, field, value)
    return out.getvalue()


def refused(data):
    with pytest.raises((Invalid, TooLarge)) as caught:
        open_container(io.BytesIO(data))
    return str(caught.value)


def plain(**changes):
    return zipped([MIMETYPE, *{**SMALL, **changes}.items()])


def directory_at(data):
    return END.unpack(data[-END.size :])[6]


def patch(data, at, value):
    return data[:at] + value + data[at + len(value) :]


def patch_central(data, field_at, value):
    """Change a field of the second central header (the first is the mimetype's)."""
    start = directory_at(data)
    second = start + CENTRAL.size + len(layout.MIMETYPE)
    return patch(data, second + field_at, value)


def test_a_plain_zip_by_another_writer_is_read():
    container = open_container(io.BytesIO(plain()))

    assert container.read(layout.STATEMENT) == b"{}"
    assert container.window(layout.PAYLOAD).read() == b"payload"


def test_the_order_of_entries_but_the_mimetype_is_free():
    data = zipped([MIMETYPE, *reversed(SMALL.items())])

    assert next(iter(open_container(io.BytesIO(data)).entries)) == layout.MIMETYPE


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "too short"),
        (plain() + b"\n", "does not end with an end record"),
        (zipped([MIMETYPE, *SMALL.items()], comment=b"hi"), "does not end with an end record"),
        (b"\n" + plain(), "does not reach to the end record"),
        (zipped(SMALL.items()), "first entry is not its mimetype"),
        (zipped([*SMALL.items(), MIMETYPE]), "first entry is not its mimetype"),
        (zipped([("mimetype", b"x"), *SMALL.items()]), "The container's mimetype is not"),
        (plain(**{"../evil": b"x"}), "no entry of that name"),
        (plain(**{"/etc/passwd": b"x"}), "no entry of that name"),
        (plain(**{"access/": b""}), "no entry of that name"),
        (plain(**{"Statement.json": b"x"}), "no entry of that name"),
        (plain(é=b"x"), "whose name is not ASCII"),
        (plain(**{layout.RECEIVED: b"x"}), "holds only one"),
        (plain(**{"access/02.json": b"x"}), "incomplete or not numbered"),
        (
            plain(**{f"access/03.{kind}": b"x" for kind in ("age-header", "json", "p7s")}),
            "incomplete or not numbered",
        ),
        (plain(**{layout.HEADER: b"x" * 65537}), "65536 are allowed"),
        (plain(**{layout.STATEMENT: b"x" * (layout.MIB + 1)}), "1048576 are allowed"),
        (zipped([MIMETYPE, *SMALL.items()][:-1]), "lacks payload.bin"),
        (zipped([MIMETYPE, *SMALL.items()], method=zipfile.ZIP_DEFLATED), "compression method"),
        (zipped([MIMETYPE, *SMALL.items()], extra=b"\xfe\xca\0\0"), "the version 20 as needed"),
        (zipped([MIMETYPE, *SMALL.items()], create_system=3), "a host system"),
        (zipped([MIMETYPE, *SMALL.items()], external_attr=0o777), "attributes"),
        (zipped([MIMETYPE, *SMALL.items()], date_time=(2026, 1, 1, 0, 0, 0)), "a time other"),
        (
            zipped([MIMETYPE, (layout.STATEMENT, b"{}")], comment=b"", internal_attr=1),
            "attributes",
        ),
        (patch_central(plain(), 8, struct.pack("<H", 1)), "flags"),
        (patch_central(plain(), 8, struct.pack("<H", 8)), "flags"),
        (patch_central(plain(), 8, struct.pack("<H", 0x0800)), "contradict each other"),
        (patch_central(plain(), 6, struct.pack("<H", 63)), "the version 63 as needed"),
        (patch_central(plain(), 16, b"\x00\x00\x00\x00"), "contradict each other"),
        (patch_central(plain(), 20, struct.pack("<I", 1)), "two different sizes"),
        (patch_central(plain(), 42, struct.pack("<I", 0)), "does not follow the one before"),
        (patch_central(plain(), 46, b"S"), "contradict each other"),
        (patch(plain(), -14, struct.pack("<HH", 7, 7)), "cut short"),
        (patch(plain(), -14, struct.pack("<HH", 900, 900)), "announces 900 entries"),
        (patch(plain(), -14, struct.pack("<HH", 4, 4)), "several disks|not as long"),
    ],
)
def test_what_a_package_does_not_have_is_refused(data, reason):
    assert re.search(reason, refused(data))


def test_a_name_given_twice_is_refused():
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = zipped([MIMETYPE, *SMALL.items(), (layout.STATEMENT, b"other")])

    assert "holds 'statement.json' twice" in refused(data)


def test_a_gap_between_entries_is_refused():
    data = plain()
    at = directory_at(data)
    size = len(data) - END.size - at
    moved = data[:at] + b"hidden" + data[at : -END.size]
    end = END.pack(0x06054B50, 0, 0, 6, 6, size, at + 6, 0)

    assert "between the last entry" in refused(moved + end)


def test_a_wrong_checksum_is_seen_when_the_entry_is_read():
    data = plain()
    at = data.index(b"payload.binpayload") + len(b"payload.bin")
    container = open_container(io.BytesIO(patch(data, at, b"X")))

    with pytest.raises(Invalid, match=r"CRC-32 of payload\.bin"):
        container.digest(layout.PAYLOAD)


def test_an_envelope_is_a_container_without_payload_and_ledger():
    envelope = zipped([MIMETYPE, *list(SMALL.items())[:-1]])

    assert layout.PAYLOAD not in open_envelope(io.BytesIO(envelope))
    with pytest.raises(Invalid, match=r"holds payload\.bin, which does not belong"):
        open_envelope(io.BytesIO(plain()))


def test_a_sparse_file_larger_than_4_gib_is_read_in_place(tmp_path):
    from evidence.package import container as writer
    from evidence.package.payload import PayloadFacts

    size = 5 * 1024**3
    small = {name: data for name, data in SMALL.items() if name != layout.PAYLOAD}
    head, _, tail = writer.lay_out(small, PayloadFacts(size, "", 0)).parts
    with (tmp_path / "large.asice").open("wb+") as file:
        file.write(head.literal)
        file.seek(size, 1)
        file.write(tail.literal)
        container = open_container(file)

        assert container.entries[layout.PAYLOAD].size == size
        assert container.read(layout.STATEMENT) == b"{}"


def statement_with(good, old, new):
    entries = entries_of(good)
    return pack(entries | {layout.STATEMENT: entries[layout.STATEMENT].replace(old, new)})


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b'"stamps":0', b'"stamps": 0', "not in its canonical form"),
        (b'"stamps":0', b'"stamps":0.0', "a fraction or exponent"),
        (b'"stamps":0', b'"stamps":0,"stamps":0', "twice in one object"),
        (b'"stamps":0', b'"stamps":0,"zz":1', "unknown member 'zz'"),
        (b'"stamps":0', b'"stamps":9007199254740993', "beyond 2^53-1"),
        (b'"stamps":0', b'"stamps":"0"', "is not an integer"),
        (b'"sealing":"client"', b'"sealing":"server"', "statement.json.sealing is not"),
        (b"custody-package/1", b"custody-package/2", "statement.json.format is not"),
        (b'"client"', b'"\\ud800"', "surrogate"),
    ],
)
def test_json_that_is_refused_fails_check_2(good, world, old, new, reason):
    report = judge(statement_with(good, old, new), world)

    assert report.check(2).status is Status.FAIL
    assert reason in report.check(2).reasons[0]
