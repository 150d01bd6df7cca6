"""`manage.py run`: one tree that answers, mends itself, and ends when told to."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from broker.management.ports import free_ports
from tests.demo.running import ROOT, children_of, environment, own_database

pytestmark = pytest.mark.slow


@contextmanager
def running(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    [port] = free_ports([0])
    address = f"http://localhost:{port}"
    with (
        own_database(f"run_{folder.name}") as url,
        subprocess.Popen(
            [sys.executable, "manage.py", "run", "--web-workers", "1"],
            cwd=ROOT,
            env=environment(folder, url, BROKER_PUBLIC_URL=address),
            stdout=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        try:
            yield process, address
        finally:
            process.terminate()


def await_status(address: str, wanted: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if httpx.get(f"{address}/health/ready", trust_env=False).json()["status"] == wanted:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"The broker was not {wanted} in time.")


def test_the_tree_answers_mends_itself_and_ends_in_time(tmp_path):
    with running(tmp_path) as (process, address):
        assert f"The broker is up at {address}" in process.stdout.readline()
        await_status(address, "ready")
        web = next(pid for pid in children_of(process.pid) if "gunicorn" in words_of(pid))

        os.kill(web, signal.SIGKILL)
        await_down(web)
        await_status(address, "ready")
        children = children_of(process.pid)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        code = process.wait(20)

    assert code == 0
    assert time.monotonic() - began < 10
    assert not any(Path(f"/proc/{child}").exists() for child in children)


def words_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def await_down(pid: int) -> None:
    until = time.monotonic() + 20
    while Path(f"/proc/{pid}").exists() and time.monotonic() < until:
        time.sleep(0.05)
