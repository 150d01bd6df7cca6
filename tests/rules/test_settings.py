"""deploy/env.example names every setting that is read, and none that is not; wrong ones stop."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

from tests.rules import house

READER = re.compile(r"^_[a-z_]+$")
SETTING = re.compile(r"^[A-Z][A-Z0-9_]*(_[A-Z0-9]+)+$")


def read_in(tree: ast.Module) -> set[str]:
    """Return the names that the typed readers of settings.py are called with."""
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and READER.match(house.dotted(node.func))
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and SETTING.match(str(node.args[0].value))
    }


def explained_in(text: str) -> set[str]:
    return set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", text, re.MULTILINE))


def test_every_setting_is_explained():
    read = read_in(house.tree_of(Path("broker/settings.py"))) | {"BROKER_NO_BOOTSTRAP"}
    explained = explained_in(house.text_of(Path("deploy/env.example")))

    assert read - explained == set(), "read, but not in deploy/env.example"
    assert explained - read == set(), "in deploy/env.example, but read nowhere"


def test_a_setting_that_is_not_explained_is_found():
    tree = ast.parse("URL = _text('DATABASE_URL', '')\nOPEN = _flag('BROKER_OPEN', default=False)")

    assert read_in(tree) - explained_in("#DATABASE_URL=\n") == {"BROKER_OPEN"}


def started(data: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """Read the settings in a process of their own, their folder not made yet."""
    environment = {**os.environ, "BROKER_MODE": "test", "BROKER_DATA": str(data), **changes}
    command = [sys.executable, "-c", "import broker.settings"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_the_data_folder_is_its_owner_s_alone(tmp_path):
    done = started(tmp_path / "data")

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_a_proxy_that_is_no_network_stops_the_start(tmp_path):
    done = started(tmp_path / "data", BROKER_TRUSTED_PROXIES="proxy.example")

    assert done.returncode == 1
    assert "BROKER_TRUSTED_PROXIES names no networks" in done.stderr
    assert "for example 127.0.0.1, 10.0.0.0/24" in done.stderr
