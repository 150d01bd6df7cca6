"""The command: a package sealed by the house, on disk, judged as an expert would."""

import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broker.basics import clock
from broker.crypto import age
from evidence.package import container, layout, sealing
from evidence.package.payload import measure
from evidence.package.trust_files import write_signed_trust
from evidence.verifier.cli import main
from evidence.verifier.unpacking import unpack
from tests.verifier.attacks import changed, flip
from tests.verifier.forge import Forge, judge
from tests.verifier.world import CREATED, NOW, PACKAGE_ID

AT = clock.iso(NOW)
ROOT = Path(__file__).resolve().parents[2]


def sealed(world, source, out):
    """Seal the folder with the house's own sealing, add the receipt, return the container."""
    out.mkdir()
    with clock.frozen(CREATED):
        sealing.seal(
            source,
            out,
            order=world.signed_order(),
            package_id=PACKAGE_ID,
            recipients=world.recipients,
            sealer=world.sealer(),
        )
    with (
        (out / sealing.PAYLOAD_FILE).open("rb") as payload,
        (out / sealing.ENVELOPE_FILE).open("rb") as envelope,
    ):
        facts = measure(payload)
        statement = container.open_envelope(envelope).read(layout.STATEMENT)
        payload.seek(0)
        received, proof = world.receipt(statement, payload.read())
        added = {layout.RECEIVED: received, layout.PROOF: proof}
        whole = io.BytesIO()
        container.join(envelope, facts, added=added).write(payload, whole)
    return whole.getvalue()


def write_trust(world, folder, trust=None):
    write_signed_trust(folder / "trust.json", world.signed(trust or world.trust()))


@pytest.fixture
def desk(world, tmp_path):
    """A folder with a sealed package, the trust list and the officer's key."""
    source = tmp_path / "files"
    (source / "sub").mkdir(parents=True)
    (source / "a.txt").write_bytes(b"alpha")
    (source / "sub" / "üml.bin").write_bytes(bytes(3_000_000))
    (tmp_path / "package.asice").write_bytes(sealed(world, source, tmp_path / "out"))
    (tmp_path / "key.txt").write_text(f"# a comment\n{world.officer}\n")
    write_trust(world, tmp_path)
    return tmp_path


def arguments(world, desk, *more):
    roots = [word for root in sorted(world.root_fingerprints) for word in ("--root", root)]
    trust = ["--trust", str(desk / "trust.json"), *roots, "--at", AT]
    return ["verify", str(desk / "package.asice"), *trust, *more]


def test_a_package_sealed_by_the_house_passes(world, desk, capsys):
    code = main(arguments(world, desk, "--identity", str(desk / "key.txt"), "--json"))

    found = json.loads(capsys.readouterr().out)
    assert (code, found["result"], found["exit"]) == (0, "pass", 0)
    assert [check["number"] for check in found["checks"]] == [1, 2, 3, 4, 5, 6, 7]
    assert {check["status"] for check in found["checks"]} == {"pass"}
    assert found["checks"][0].keys() == {"number", "name", "status", "reasons"}


def test_the_text_says_each_check_on_a_line(world, desk, capsys):
    main(arguments(world, desk))

    lines = capsys.readouterr().out.splitlines()
    assert [line[:7] for line in lines if line[:1].isdigit()][:6] == [
        f"{number}  PASS" for number in range(1, 7)
    ]
    assert lines[-1] == "RESULT: PASS. Every required check holds."
    assert any(line.startswith("Note: not checked: no stamp") for line in lines)


def test_a_failed_check_says_why_and_exits_1(world, desk, capsys):
    package = desk / "package.asice"
    package.write_bytes(changed(package.read_bytes(), layout.PAYLOAD, flip(999)))

    code = main(arguments(world, desk))

    out = capsys.readouterr().out
    assert code == 1
    assert "4  FAIL" in out
    assert "RESULT: FAIL." in out


def test_a_stamp_that_is_required_and_missing_leaves_it_open(world, desk, capsys):
    assert main(arguments(world, desk, "--require-stamp", "--json")) == 3

    assert json.loads(capsys.readouterr().out)["result"] == "open"


def test_a_demo_prints_its_banner_first_and_last(world, desk, capsys):
    write_trust(world, desk, world.trust(demo=True))

    assert main(arguments(world, desk)) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("DEMO")
    assert lines[-1] == lines[0]


def test_the_state_file_remembers_the_highest_version(world, desk, capsys):
    state = desk / "seen.json"

    assert main(arguments(world, desk, "--state", str(state))) == 0
    assert json.loads(state.read_text()) == {"version": 7}

    write_trust(world, desk, world.trust(version=6))
    assert main(arguments(world, desk, "--state", str(state))) == 1
    assert json.loads(state.read_text()) == {"version": 7}
    assert "version 7 was seen before" in capsys.readouterr().out


def test_what_cannot_be_read_is_said_on_stderr_with_exit_2(world, desk, capsys):
    (desk / "empty.txt").write_text("# nothing\n")

    code = main(arguments(world, desk, "--identity", str(desk / "empty.txt")))

    assert code == 2
    assert "is not an age identity file" in capsys.readouterr().err


def test_open_writes_the_files_and_nothing_else(desk, capsys):
    target = desk / "opened"

    code = main(
        [
            "open",
            str(desk / "package.asice"),
            "--identity",
            str(desk / "key.txt"),
            "--to",
            str(target),
        ]
    )

    data = target / "bag" / "data"
    assert code == 0
    assert (data / "a.txt").read_bytes() == b"alpha"
    assert (data / "sub" / "üml.bin").stat().st_size == 3_000_000
    assert "run verify for that" in capsys.readouterr().out


def test_open_leaves_nothing_behind_when_the_package_was_changed(desk, capsys):
    package, target = desk / "package.asice", desk / "opened"
    package.write_bytes(changed(package.read_bytes(), layout.PAYLOAD, flip(-10)))
    before = sorted(desk.iterdir())

    code = main(["open", str(package), "--identity", str(desk / "key.txt"), "--to", str(target)])

    assert code == 1
    assert sorted(desk.iterdir()) == before
    assert "was changed, moved or cut" in capsys.readouterr().err


def test_unpack_extracts_a_container_and_its_decrypted_tar(world, desk):
    unpack(desk / "package.asice", desk / "container")

    header = (desk / "container" / layout.HEADER).read_bytes()
    payload = (desk / "container" / layout.PAYLOAD).read_bytes()
    plain = b"".join(age.open_file(io.BytesIO(header + payload), [world.officer]))
    (desk / "plain.tar").write_bytes(plain)
    assert main(["unpack", str(desk / "plain.tar"), str(desk / "tree")]) == 0
    assert (desk / "tree" / "bag" / "data" / "a.txt").read_bytes() == b"alpha"
    with tarfile.open(desk / "plain.tar") as archive:
        assert archive.extractfile("bag/data/a.txt").read() == b"alpha"


def test_unpack_refuses_a_tar_that_climbs_out(desk, capsys):
    with tarfile.open(desk / "evil.tar", "w") as archive:
        archive.addfile(tarfile.TarInfo("../evil"), io.BytesIO())

    assert main(["unpack", str(desk / "evil.tar"), str(desk / "tree")]) == 1

    assert "does not begin with bag/bagit.txt" in capsys.readouterr().err
    assert not (desk / "tree").exists()


def test_unpack_never_writes_into_a_folder_that_holds_something(desk, capsys):
    assert main(["unpack", str(desk / "package.asice"), str(desk)]) == 1

    assert "holds something already" in capsys.readouterr().err


def test_the_verifier_loads_neither_django_nor_the_network(world, desk):
    words = [*arguments(world, desk, "--identity", str(desk / "key.txt"))]
    program = (
        "import sys\n"
        "from evidence.verifier.cli import main\n"
        f"code = main({words!r})\n"
        "names = ('django', 'celery', 'rest_framework', 'httpx')\n"
        "sys.exit(code or [name for name in names if name in sys.modules] or 0)\n"
    )

    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (run.returncode, run.stderr) == (0, "")


def test_the_bundle_judges_alone_and_is_always_the_same(world, desk):
    for name in ("one.pyz", "two.pyz"):
        made = subprocess.run(
            [sys.executable, "-m", "evidence.verifier", "bundle", str(desk / name)],
            cwd=ROOT,
            capture_output=True,
            check=False,
        )
        assert (made.returncode, made.stderr) == (0, b"")

    words = arguments(world, desk, "--identity", str(desk / "key.txt"))
    run = subprocess.run(
        [sys.executable, str(desk / "one.pyz"), *words],
        cwd=desk,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (run.returncode, run.stderr) == (0, "")
    assert (desk / "one.pyz").read_bytes() == (desk / "two.pyz").read_bytes()


NAMES = st.text(min_size=1, max_size=20).filter(
    lambda name: name not in (".", "..") and "/" not in name and "\x00" not in name
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.dictionaries(NAMES, st.binary(max_size=70_000), max_size=6))
def test_whatever_is_sealed_verifies_and_comes_back(world, tmp_path_factory, files):
    folder = tmp_path_factory.mktemp("round")
    source = folder / "files"
    source.mkdir()
    for name, content in files.items():
        try:
            (source / name).write_bytes(content)
        except (OSError, UnicodeEncodeError):
            continue

    package = sealed(world, source, folder / "out")

    report = judge(package, world)
    assert report.exit == 0, [check.reasons for check in report.checks]
    (folder / "p.asice").write_bytes(package)
    (folder / "key").write_text(str(world.officer))
    assert (
        main(
            [
                "open",
                str(folder / "p.asice"),
                "--identity",
                str(folder / "key"),
                "--to",
                str(folder / "opened"),
            ]
        )
        == 0
    )
    data = folder / "opened" / "bag" / "data"
    found = sorted(path.read_bytes() for path in data.rglob("*") if path.is_file())
    assert found == sorted(path.read_bytes() for path in source.iterdir())


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_no_bytes_make_the_verifier_raise(world, good, data):
    at = data.draw(st.integers(0, len(good) - 1))
    piece = data.draw(st.binary(min_size=1, max_size=40))
    broken = good[:at] + piece + good[at + data.draw(st.integers(0, 60)) :]

    report = judge(broken, world)

    assert broken == good or report.exit == 1


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads Linux's /proc")
def test_memory_does_not_grow_with_the_package(world, tmp_path):
    source = tmp_path / "files"
    source.mkdir()
    with (source / "large.bin").open("wb") as file:
        file.truncate(400 * 1024 * 1024)
    (tmp_path / "package.asice").write_bytes(sealed(world, source, tmp_path / "out"))
    (tmp_path / "key.txt").write_text(str(world.officer))
    write_trust(world, tmp_path)
    words = arguments(world, tmp_path, "--identity", str(tmp_path / "key.txt"))
    program = (
        "import re, sys\n"
        "from evidence.verifier.cli import main\n"
        f"code = main({words!r})\n"
        "status = open('/proc/self/status').read()\n"
        "peak = int(re.search(r'VmHWM:\\s+(\\d+) kB', status)[1])\n"
        "sys.exit(code or (f'{peak} KiB' if peak > 128 * 1024 else 0))\n"
    )

    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (run.returncode, run.stderr) == (0, "")


def test_an_empty_package_is_a_package(world):
    assert judge(Forge(world, files={}).build(), world).exit == 0
