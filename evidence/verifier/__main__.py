"""Runs the verifier: `python -m evidence.verifier verify PACKAGE --trust trust.json ...`."""

import sys

from evidence.verifier.cli import main

if __name__ == "__main__":
    sys.exit(main())
