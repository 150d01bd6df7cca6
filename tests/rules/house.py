"""The tree that the house rules read: its files, its syntax, and how a fault is written."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("broker", "referrals", "evidence")


@cache
def kept_files() -> tuple[Path, ...]:
    """Return every file that is, or is about to be, in version control; relative to the root."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    names = sorted(set(listed.split("\0")) - {""})
    return tuple(Path(name) for name in names if (ROOT / name).is_file())


def product_files(suffix: str = ".py") -> Iterator[Path]:
    """Yield the files of the three packages that people write: no migrations, nothing vendored."""
    for path in kept_files():
        written = not {"migrations", "vendor", "vendored"} & set(path.parts)
        if path.parts[0] in PACKAGES and path.suffix == suffix and written:
            yield path


def text_of(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def tree_of(path: Path) -> ast.Module:
    return ast.parse(text_of(path), filename=str(path))


def module_name(path: Path) -> str:
    """Return the dotted name of a file: `broker/law/periods.py` is broker.law.periods."""
    return re.sub(r"\.__init__$", "", ".".join(path.with_suffix("").parts))


def at(path: Path | str, node: ast.AST, words: str) -> str:
    return f"{path}:{getattr(node, 'lineno', 0)}: {words}"


def dotted(node: ast.AST) -> str:
    """Return `os.environ.get` for the node of that expression; "" for anything but names."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (before := dotted(node.value)):
        return f"{before}.{node.attr}"
    return ""
