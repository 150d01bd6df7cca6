"""Ground that every test may stand on."""

from collections.abc import Iterator
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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every test that asks for the database the store of the keys as well."""
    for item in items:
        mark = item.get_closest_marker("django_db")
        asks = {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))
        if mark is None and not asks:
            continue
        args, known = (mark.args, mark.kwargs) if mark else ((), {})
        both = pytest.mark.django_db(*args, **{"databases": "__all__", **known})
        item.add_marker(both, append=False)


@pytest.fixture(autouse=True)
def _stores_of_its_own(request: pytest.FixtureRequest) -> Iterator[None]:
    """Give a test its own log and vault, and no key that the test before it rolled back.

    A log folder that outlived its database would rightly be taken for a rewind.
    """
    if not request.node.get_closest_marker("django_db"):
        yield
        return
    from broker.seals.sealing import forget

    settings = request.getfixturevalue("settings")
    folder = request.getfixturevalue("tmp_path_factory").mktemp("stores")
    settings.LOG_FOLDER, settings.VAULT_FOLDER = str(folder / "log"), str(folder / "vault")
    forget()
    yield
    forget()
