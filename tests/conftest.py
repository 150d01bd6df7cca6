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
def _keys_forgotten(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let no test meet keys that the test before it made and rolled back."""
    yield
    if request.node.get_closest_marker("django_db"):
        from broker.seals.sealing import forget

        forget()
