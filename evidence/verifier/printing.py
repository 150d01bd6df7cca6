"""Writes a report in plain words for people, or as JSON for programs."""

import json
from collections.abc import Iterator

from evidence.verifier.outcome import Report, Status

_WORDS = {
    "pass": "RESULT: PASS. Every required check holds.",
    "fail": "RESULT: FAIL. At least one check does not hold; do not rest on this package.",
    "open": "RESULT: OPEN. Nothing failed, but something is contested, withheld or not checked.",
}
_WIDTH = max(len(status) for status in Status)
_DEMO = "DEMO: this trust list is a demonstration's; the result proves nothing to a court."


def as_text(report: Report) -> str:
    """Return the report line by line, ending in LF."""
    return "".join(f"{line}\n" for line in _lines(report))


def as_json(report: Report) -> str:
    """Return {result, exit, checks: [{number, name, status, reasons}], notes}, ending in LF."""
    checks = [
        {
            "number": check.number,
            "name": check.name,
            "status": check.status,
            "reasons": check.reasons,
        }
        for check in report.checks
    ]
    document = {
        "result": report.result,
        "exit": int(report.exit),
        "checks": checks,
        "notes": [*report.notes, *report.facts],
    }
    return json.dumps(document, indent=2) + "\n"


def _lines(report: Report) -> Iterator[str]:
    banner = [_DEMO] if report.is_demo else []
    yield from banner
    yield from map(_clean, report.facts)
    for check in report.checks:
        yield f"{check.number}  {check.status.upper():{_WIDTH}}  {check.name}"
        yield from (f"   {'':{_WIDTH}}  {_clean(reason)}" for reason in check.reasons)
    yield from (f"Note: {_clean(note)}" for note in report.notes)
    yield _WORDS[report.result]
    yield from banner


def _clean(text: str) -> str:
    """Replace what could move a terminal's cursor or fake a line: the text may be hostile."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
