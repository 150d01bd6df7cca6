"""The files that platform A seals unless the reader names a folder: invented subscriber data."""

import json
import os
from pathlib import Path

from broker.demo.folder import DemoFolder

# More than a hundred megabytes, so that parts, ranges and one-pass sealing are seen at work.
_SCAN_BYTES = 104 * 1024 * 1024
_BLOCK = 4 * 1024 * 1024


def default_files(folder: DemoFolder) -> Path:
    """Return the folder of the demo's own files, made on first use."""
    files = folder.root / "evidence"
    scan = files / "identity" / "identity-check.tiff"
    if scan.exists() and scan.stat().st_size == _SCAN_BYTES:
        return files
    for name in ("identity", "payments"):
        (files / name).mkdir(parents=True, exist_ok=True)
    (files / "subscriber.json").write_text(json.dumps(_SUBSCRIBER, indent=2), "utf-8")
    (files / "payments" / "2026.csv").write_text(_PAYMENTS, "utf-8")
    with scan.open("wb") as file:
        for _ in range(_SCAN_BYTES // _BLOCK):
            file.write(os.urandom(_BLOCK))
    return files


def count_of(files: Path) -> tuple[int, int]:
    """Return how many files lie in `files`, at any depth, and their bytes."""
    sizes = [
        path.stat().st_size for path in files.rglob("*") if path.is_file() and not path.is_symlink()
    ]
    return len(sizes), sum(sizes)


_SUBSCRIBER = {
    "account": "channel-113507846120458221",
    "name": "Ann Example",
    "registered": "2026-03-02T09:14:55Z",
    "email": "ann@example.org",
    "telephone": "+33 6 00 00 00 00",
    "note": "Invented for the demonstration.",
}
_PAYMENTS = "date,amount,currency,means\n2026-04-01,4.99,EUR,card ending 0000\n"
