"""Remembers the highest version of trust.json that this reader has accepted."""

import json
import os
from pathlib import Path

from broker.basics.errors import Invalid


def read_last_seen(path: Path) -> int | None:
    """Return the version in the state file, None when there is no such file yet.

    Raises Invalid for a file that holds something else.
    """
    if not path.exists():
        return None
    try:
        version = json.loads(path.read_text("utf-8"))["version"]
    except (ValueError, KeyError, TypeError):
        version = None
    if isinstance(version, bool) or not isinstance(version, int):
        raise Invalid(
            f"{path} is not a state file of the verifier.",
            remedy='It holds {"version": N}; delete it only if you know why it is damaged.',
        )
    return version


def write_last_seen(path: Path, version: int) -> None:
    """Write the version, whole or not at all."""
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(json.dumps({"version": version}) + "\n", "utf-8")
    os.replace(draft, path)
