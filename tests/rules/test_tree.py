"""The root holds nothing else, names say what is inside, and nobody's machine shows through."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.rules import house

ROOT_HOLDS = {
    *("manage.py", "pyproject.toml", "README.md", "LICENSE", "CONTRIBUTING.md"),
    *("broker", "referrals", "evidence", "tests", "deploy", "docs"),
    *(".ci", ".github", ".gitignore", ".pre-commit-config.yaml"),
}
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "services"}
# Folders of one person's machine, and hosts of package indexes, which change under a lock.
MACHINE = re.compile(
    r"(?<![\w.~$}-])/(?:root|work|Users|home)/\w|pythonhosted\.|\bpypi\.org|registry\.npmjs",
)
READ = {".py", ".md", ".toml", ".html", ".yml", ".yaml", ".lock", ".txt", ".js", ".css", ".example"}


def strangers_in_root(names: Iterable[str]) -> Iterator[str]:
    yield from (f"{name}: does not belong in the root" for name in sorted(set(names) - ROOT_HOLDS))


def empty_names(paths: Iterable[Path]) -> Iterator[str]:
    for path in paths:
        words = {*path.parts[:-1], path.stem}
        if path.suffix == ".py" and words & EMPTY_NAMES:
            yield f"{path}: a name that says nothing about what is inside"


def traces(name: Path, text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), 1):
        if found := MACHINE.search(line):
            yield f"{name}:{number}: {found.group()} belongs to one machine"


def test_the_root_holds_nothing_else():
    assert list(strangers_in_root(path.parts[0] for path in house.kept_files())) == []


def test_no_module_has_an_empty_name():
    assert list(empty_names(house.kept_files())) == []


def test_no_file_shows_the_machine_it_was_written_on():
    files = [path for path in house.kept_files() if path.suffix in READ or path == Path(".ci/run")]

    assert [fault for path in files for fault in traces(path, house.text_of(path))] == []


def test_every_folder_of_modules_is_a_package():
    modules = [path for path in house.kept_files() if path.parts[0] in house.PACKAGES]
    folders = {path.parent for path in modules if path.suffix == ".py"}

    assert [
        str(one) for one in sorted(folders) if not (house.ROOT / one / "__init__.py").is_file()
    ] == []


@pytest.mark.parametrize("name", ["broker", "referrals", "evidence", "broker/basics"])
def test_packages_open_with_an_empty_file(name):
    assert house.text_of(Path(name) / "__init__.py").strip() == ""


def test_a_stranger_in_the_root_is_found():
    assert list(strangers_in_root(["broker", "notes.txt"])) == [
        "notes.txt: does not belong in the root"
    ]


@pytest.mark.parametrize("name", ["broker/utils.py", "broker/common/rows.py", "tests/helpers.py"])
def test_an_empty_name_is_found(name):
    assert list(empty_names([Path(name)]))


@pytest.mark.parametrize("place", ["work/main", "root/x", "home/ana/x", "Users/ana"])
def test_a_trace_of_a_machine_is_found(place):
    assert list(traces(Path("README.md"), f"see /{place}"))


@pytest.mark.parametrize(
    "text", ["https://broker.example/work/1", "$HOME/work/x", "~/home/x", "/workshop"]
)
def test_an_address_is_no_trace(text):
    assert not list(traces(Path("README.md"), text))
