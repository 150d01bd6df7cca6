"""Nothing grows past its budget unseen: files, functions, templates, complexity, arguments."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rules import house

FILE_LINES, FUNCTION_LINES, TEMPLATE_LINES = 250, 30, 150
COMPLEXITY, ARGUMENTS = 6, 6

# What may be larger, how large, and why. A line goes when its reason goes.
LARGER_FILES: dict[str, tuple[int, str]] = {
    "broker/settings.py": (330, "one flat list of what can be set reads better than two halves"),
}
LONGER_FUNCTIONS: dict[str, tuple[int, str]] = {}
RICHER_FUNCTIONS: dict[str, str] = {
    "broker/crypto/http_signature.py:sign_request": "the parts of a request, each by keyword",
}


def long_files(sizes: dict[str, int], budget: int) -> Iterator[str]:
    for name, lines in sizes.items():
        allowed = LARGER_FILES.get(name, (budget, ""))[0]
        if lines > allowed:
            yield f"{name}: {lines} lines, {allowed} allowed"


def long_functions(path: Path, tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = _lines_of(node)
            allowed = LONGER_FUNCTIONS.get(f"{path}:{node.name}", (FUNCTION_LINES, ""))[0]
            if lines > allowed:
                yield house.at(path, node, f"{node.name} has {lines} lines, {allowed} allowed")


def _lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count from `def` to the last line, less the docstring: promises are not weight."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is not None:
        lines -= (first.end_lineno or 0) - first.lineno + 1
    return lines


def tangled(folder: Path, *names: str) -> list[str]:
    """Return where ruff finds too many ways or arguments, whatever a line's own noqa says."""
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--ignore-noqa", "--no-cache"]
    command += ["--select", "C901,PLR0913", "--output-format", "json", "--exit-zero"]
    command += ["--config", f"lint.mccabe.max-complexity={COMPLEXITY}"]
    command += ["--config", f"lint.pylint.max-args={ARGUMENTS}", *names]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    found = [
        (Path(one["filename"]).relative_to(folder), one["location"]["row"], one["message"])
        for one in json.loads(done.stdout)
        if "/migrations/" not in one["filename"]
    ]
    return [
        f"{path}:{row}: {words}"
        for path, row, words in found
        if f"{path}:{_name_at(folder / path, row)}" not in RICHER_FUNCTIONS
    ]


def _name_at(path: Path, row: int) -> str:
    """Return the name of the function whose `def` stands in line `row`."""
    return path.read_text().splitlines()[row - 1].split("(")[0].split()[-1]


def _sizes(suffix: str) -> dict[str, int]:
    paths = [*house.product_files(suffix)]
    if suffix == ".py":
        paths += [Path("manage.py"), Path("deploy/bootstrap.py")]
    return {str(path): len(house.text_of(path).splitlines()) for path in paths}


def test_files_keep_to_their_budget():
    assert list(long_files(_sizes(".py"), FILE_LINES)) == []


def test_templates_keep_to_their_budget():
    assert list(long_files(_sizes(".html"), TEMPLATE_LINES)) == []


def test_functions_keep_to_their_budget():
    faults = [
        fault
        for path in house.product_files()
        for fault in long_functions(path, house.tree_of(path))
    ]

    assert faults == []


def test_functions_have_few_ways_and_few_arguments():
    assert tangled(house.ROOT, *house.PACKAGES, "manage.py", "deploy") == []


@pytest.mark.parametrize("name", [*LARGER_FILES])
def test_a_larger_file_still_needs_its_exception(name):
    assert _sizes(Path(name).suffix)[name] > FILE_LINES


def test_a_file_over_its_budget_is_found():
    assert list(long_files({"broker/law/periods.py": 251}, 250)) == [
        "broker/law/periods.py: 251 lines, 250 allowed"
    ]


def test_a_function_over_its_budget_is_found():
    body = "\n".join("    act()" for _ in range(30))

    [fault] = long_functions(Path("a.py"), ast.parse(f'def act():\n    """Act."""\n{body}\n'))

    assert fault == "a.py:1: act has 31 lines, 30 allowed"


def test_a_tangled_function_is_found(tmp_path):
    ways = "\n".join(f"    if a == {n}: return {n}" for n in range(6))
    sample = f"def act(a, b, c, d, e, f, g):  # noqa: C901, PLR0913\n{ways}\n"
    (tmp_path / "sample.py").write_text(sample)

    faults = tangled(tmp_path, "sample.py")

    assert any("too complex (7 > 6)" in fault for fault in faults)
    assert any("Too many arguments" in fault and "(7 > 6)" in fault for fault in faults)
