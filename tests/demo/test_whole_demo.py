"""`manage.py demo` from its first line to its exit code, on the suite's kind of database."""

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.demo.running import ROOT, Demo, children_of, demo

pytestmark = pytest.mark.slow

URLS = ["https://a.example/video/1", "https://b.example/video/2?x=%C3%A9"]


@pytest.fixture
def small_files(tmp_path) -> Path:
    """Files whose names need care, and one that is empty."""
    files = tmp_path / "evidence"
    (files / "déjà vu").mkdir(parents=True)
    (files / "subscriber.json").write_text('{"name": "Ann Example"}')
    (files / "déjà vu" / "a:b.txt").write_text("renamed on its way")
    (files / "empty").touch()
    return files


def checks_of(summary: dict) -> dict:
    """Verify what the demo left behind, as an outsider would: with the paths it told."""
    words = [summary["package"], "--trust", summary["trust"], "--identity", summary["identity"]]
    words += [word for root in summary["roots"] for word in ("--root", root)]
    done = subprocess.run(
        [sys.executable, "-m", "evidence.verifier", "verify", *words, "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return json.loads(done.stdout)


def test_the_demo_walks_the_whole_job_and_leaves_what_can_be_judged(tmp_path):
    with demo(tmp_path, "--once") as running:
        code, summary = running.end()

    assert code == 0, running.told
    assert summary["held"]
    assert len(summary["urls_answered"]) == 5
    assert summary["alerts"] == 3
    assert summary["package_bytes"] > 100 * 1024 * 1024
    assert summary["ledger"]["leaves"] > 20
    verdict = checks_of(summary)
    assert verdict["result"] == "pass"
    assert {check["status"] for check in verdict["checks"]} == {"pass"}
    assert "exercise, not the decentralised it system" in running.told.lower()


def test_the_demo_takes_the_readers_files_and_stays_up_until_ctrl_c(tmp_path, small_files):
    urls = tmp_path / "urls.txt"
    urls.write_text("# mine\n\n" + "\n".join(URLS) + "\n")
    with demo(tmp_path, "--urls", str(urls), "--evidence", str(small_files)) as running:
        running.read_until("Ctrl-C stops it.")
        took_s = running.interrupt()
        code, summary = running.end()

    assert code == 0, running.told
    assert took_s < 10
    assert "supervisor" in running.told
    assert summary["urls_answered"] == URLS
    assert summary["files"] == 3
    names = {path.name for path in Path(summary["opened"]).rglob("*") if path.is_file()}
    assert {"subscriber.json", "a_b.txt", "empty"} <= names


def test_a_changed_byte_of_the_package_on_disk_is_found_out(tmp_path, small_files):
    words = ("--once", "--evidence", str(small_files), "--pause", "4")

    with demo(tmp_path, *words) as running:
        running.read_until("Pausing")
        payload = change_a_byte(running)
        code, summary = running.end()

    assert code == 1
    assert not summary["held"]
    assert "does not hold" in summary["fault"]
    assert re.search(r"^ +[24]  FAIL", running.told, re.MULTILINE), running.told
    assert zipfile.is_zipfile(summary["package"])
    assert payload.stat().st_size > 0


def change_a_byte(running: Demo) -> Path:
    objects = (running.folder / "vault" / "objects").rglob("*")
    payload = max((path for path in objects if path.is_file()), key=lambda it: it.stat().st_size)
    payload.chmod(0o600)
    with payload.open("r+b") as file:
        file.seek(payload.stat().st_size // 2)
        byte = file.read(1)
        file.seek(-1, 1)
        file.write(bytes([byte[0] ^ 1]))
    return payload


def test_ctrl_c_in_mid_journey_ends_everything_and_is_no_success(tmp_path, small_files):
    with demo(tmp_path, "--fresh", "--evidence", str(small_files)) as running:
        up = running.read_until("The broker is up at")
        address = up.split(" at ")[1].rstrip(".")
        door = httpx.get(f"{address}/sign-in", trust_env=False, follow_redirects=True)
        running.read_until("2. An order that is ignored")
        children = children_of(running.process.pid)

        took_s = running.interrupt()
        code, summary = running.end()

    assert (code, summary["held"]) == (130, False)
    assert address.startswith("http://localhost:")
    assert door.status_code == 200
    assert len(children) >= 5
    assert took_s < 10
    assert not any(Path(f"/proc/{child}").exists() for child in children)
