"""Other people's programs, or a skip that says which is missing."""

import subprocess
from pathlib import Path
from shutil import which

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def open_with_npm():
    """Return a function that opens an age file with the npm package age-encryption."""
    if not which("node") or not (HERE / "node_modules/age-encryption").is_dir():
        pytest.skip("node or the package age-encryption is missing (npm ci in tests/interop)")

    def open_file(path, identity):
        command = ["node", HERE / "open_age.mjs", path, str(identity)]
        return subprocess.run(command, check=True, capture_output=True).stdout

    return open_file
