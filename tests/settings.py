"""Settings for tests: the house's own, in test mode and a folder of their own.

Where tests run beside each other, each process has a folder to itself: what one writes there
(keys, trusted authorities, messages) is not the other's.
"""

import os
from pathlib import Path

os.environ.setdefault("BROKER_MODE", "test")
os.environ.setdefault("BROKER_DATA", str(Path(__file__).resolve().parents[1] / ".data" / "test"))
_worker = os.environ.get("PYTEST_XDIST_WORKER", "")
if _worker and Path(os.environ["BROKER_DATA"]).name != _worker:
    os.environ["BROKER_DATA"] = str(Path(os.environ["BROKER_DATA"]) / _worker)

from broker.settings import *  # noqa: E402, F403
