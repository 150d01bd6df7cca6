"""Only broker/settings.py reads the environment."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rules import house

READER = Path("broker/settings.py")
DOORS = {Path("manage.py"), Path("broker/wsgi.py"), Path("broker/celery.py")}
# Read before there is any setting: its own switch, and where Pythons are kept.
BOOTSTRAP = Path("deploy/bootstrap.py")
BOOTSTRAP_READS = {"BROKER_NO_BOOTSTRAP", "HOME", "PYENV_ROOT"}
NAMES = {"environ", "environb", "getenv", "getenvb"}


def faults_in(path: Path, tree: ast.AST) -> Iterator[str]:
    allowed = {id(node) for call in ast.walk(tree) if _may(path, call) for node in ast.walk(call)}
    for node in ast.walk(tree):
        if _touches(node) and id(node) not in allowed:
            yield house.at(path, node, "touches the environment; read a setting instead")


def _touches(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.module == "os" and any(alias.name in NAMES for alias in node.names)
    return (
        isinstance(node, ast.Attribute) and node.attr in NAMES and house.dotted(node.value) == "os"
    )


def _may(path: Path, node: ast.AST) -> bool:
    """Say whether `node` is a call that this file, as a named exception, may make."""
    if not isinstance(node, ast.Call) or not node.args:
        return False
    first = node.args[0]
    words = first.value if isinstance(first, ast.Constant) else ""
    called = house.dotted(node.func)
    if path in DOORS:
        return called == "os.environ.setdefault" and words == "DJANGO_SETTINGS_MODULE"
    return path == BOOTSTRAP and called == "os.environ.get" and words in BOOTSTRAP_READS


def test_only_settings_reads_the_environment():
    paths = [*house.product_files(), Path("manage.py"), BOOTSTRAP]

    faults = [
        fault for path in paths if path != READER for fault in faults_in(path, house.tree_of(path))
    ]

    assert faults == []


@pytest.mark.parametrize(
    ("path", "sample"),
    [
        ("broker/law/catalogue.py", "import os\nos.environ['X']"),
        ("broker/law/catalogue.py", "import os\nos.getenv('X')"),
        ("broker/law/catalogue.py", "from os import environ"),
        ("broker/law/catalogue.py", "child = {**os.environ}"),
        ("manage.py", "os.environ.get('DJANGO_SETTINGS_MODULE')"),
        ("broker/wsgi.py", "os.environ.setdefault('BROKER_MODE', 'demo')"),
        ("deploy/bootstrap.py", "os.environ.get('BROKER_MODE')"),
    ],
)
def test_a_reader_elsewhere_is_found(path, sample):
    assert list(faults_in(Path(path), ast.parse(sample)))
