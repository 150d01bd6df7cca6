"""Runs the client: `python -m broker.client VERB ...`."""

import sys

from broker.client.commands import main

if __name__ == "__main__":
    sys.exit(main())
