"""What the office does with a package on its own machine: verify it offline, open it, sign."""

import base64
import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from broker.basics.clock import iso, now, parse_iso
from broker.client.broker_client import BrokerClient
from broker.client.keyfiles import read_signing_key
from broker.crypto.keys import fingerprint
from broker.demo import cast
from broker.demo.narrator import StepFailed, demand
from broker.demo.stage import Stage
from evidence.package.receipt import OPENED, RETRIEVED, opened_commitment, receipt_document

_VERIFIER = (sys.executable, "-m", "evidence.verifier")
_HOME = Path(__file__).resolve().parents[2]


def verify_offline(stage: Stage, package: Path) -> None:
    """Run the verifier as a program of its own, print its checks, and demand that all pass."""
    words = ["verify", str(package), "--trust", str(stage.trust.path)]
    words += [word for root in stage.trust.roots for word in ("--root", root)]
    words += ["--identity", str(identity(stage))]
    with stage.narrator.step("The office verifies it offline, line by line", timed="verify"):
        done = _run(*words)
        for line in done.stdout.splitlines():
            stage.narrator.tell(line)
        if done.returncode:
            raise StepFailed(f"The package does not hold (exit {done.returncode}). {done.stderr}")


def open_and_compare(stage: Stage, package: Path) -> Path:
    """Decrypt the package and compare every file with what the platform sealed."""
    opened = stage.folder.left / "opened"
    with stage.narrator.step("The office decrypts it; every file is the one that was sealed"):
        done = _run("open", str(package), "--identity", str(identity(stage)), "--to", str(opened))
        demand(done.returncode == 0, done.stderr.strip())
        sealed, found = _digests(stage.evidence), _digests(opened / "bag" / "data")
        demand(sorted(found.values()) == sorted(sealed.values()), "The files are not the same.")
    stage.narrator.tell(f"{len(found)} files")
    stage.summary["files"] = len(found)
    stage.summary["opened"] = str(opened)
    return opened


def sign_receipts(
    stage: Stage, office: BrokerClient, package: Mapping[str, Any], opened: Path
) -> None:
    """Sign that the package was retrieved, and that it was opened: only who did can say that."""
    opening = json.loads((opened / "bag" / "metadata" / "opening.json").read_text("utf-8"))
    commitment = opened_commitment(inner_salt=opening["inner_salt"], package_id=package["package"])
    with stage.narrator.step("The office signs two receipts: retrieved, and opened"):
        for kind, shown in ((RETRIEVED, ""), (OPENED, commitment)):
            office.post(
                f"/packages/{package['package']}/receipts", _receipt(stage, package, kind, shown)
            )


def identity(stage: Stage) -> Path:
    """Return the office's key to receive, which the broker has never seen."""
    return stage.folder.of(cast.OFFICE) / "receive.identity"


def _receipt(stage: Stage, package: Mapping[str, Any], kind: str, shown: str) -> dict[str, str]:
    key, at = read_signing_key(stage.folder.of(cast.OFFICE) / "message.key.pem"), iso(now())
    document = receipt_document(
        package_id=package["package"],
        statement_sha256=package["statement_sha256"],
        kind=kind,
        opened=shown,
        at=parse_iso(at),
    )
    return {
        "kind": kind,
        "at": at,
        "opened": shown,
        "key_sha256": fingerprint(key.spki()),
        "signature": base64.b64encode(key.sign(document)).decode("ascii"),
    }


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        [*_VERIFIER, *words], cwd=_HOME, capture_output=True, text=True, check=False
    )


def _digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every regular file below `folder`, by its path."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            found[str(path.relative_to(folder))] = digest
    return found
