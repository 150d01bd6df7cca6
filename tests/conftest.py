"""Ground that every test may stand on."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of shared vectors, or skip the test and say so."""
    folder = SHARED / "data"
    if not folder.is_dir():
        pytest.skip("shared/data is not beside this clone; its vectors are not tested")
    return folder
