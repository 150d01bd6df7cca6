#!/usr/bin/env python3
"""The one command of the house. On a fresh machine it first makes its own .venv."""

import os
import sys
from pathlib import Path

from deploy import bootstrap


def main() -> None:
    """Come back inside the right .venv, then hand the words over to Django."""
    bootstrap.ensure(Path(__file__).resolve().parent, sys.argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broker.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
