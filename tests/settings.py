"""Settings for tests: the house's own, in test mode and a folder of their own."""

import os
from pathlib import Path

os.environ.setdefault("BROKER_MODE", "test")
os.environ.setdefault("BROKER_DATA", str(Path(__file__).resolve().parents[1] / ".data" / "test"))

from broker.settings import *  # noqa: F403
