"""Decisions are numbered without a gap, one page each, in one form."""

import re
from collections.abc import Iterator, Mapping

from tests.rules import house

PARTS = ("## Question", "## Decision", "## Weighed", "## Price")
PAGE_LINES = 60


def faults_in(pages: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong with `pages`, a mapping of file name to text."""
    for number, (name, text) in enumerate(sorted(pages.items()), 1):
        if not re.fullmatch(rf"{number:04d}-[a-z0-9]+(-[a-z0-9]+)*\.md", name):
            yield f"{name}: should be number {number:04d}, then words joined by hyphens"
        if not text.startswith(f"# {number:04d} "):
            yield f"{name}: its title should begin with # {number:04d}"
        yield from (f"{name}: has no part {part!r}" for part in PARTS if f"\n{part}\n" not in text)
        if len(text.splitlines()) > PAGE_LINES:
            yield f"{name}: is longer than one page"


def test_decisions_are_numbered_and_of_one_form():
    folder = house.ROOT / "docs" / "decisions"
    pages = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}

    assert pages
    assert list(faults_in(pages)) == []


def test_a_gap_and_a_missing_part_are_found():
    faults = list(faults_in({"0002-why.md": "# 0002 Why\n\n## Question\n"}))

    assert "0002-why.md: should be number 0001, then words joined by hyphens" in faults
    assert "0002-why.md: has no part '## Decision'" in faults
