"""Runs a module as a program that ends with its parent: `python -m broker.management.bound`.

A process tree whose root is killed outright leaves nothing behind that holds a port or works
on. Words: the parent's process id, the module, its own words.
"""

import ctypes
import os
import runpy
import signal
import sys

# Linux, prctl(2): send this signal when the parent ends.
_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Bind this process to its parent, then become the module."""
    _, parent, module, *words = sys.argv
    die_with(int(parent))
    sys.argv = [module, *words]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def die_with(parent: int) -> None:
    """Ask the kernel for SIGTERM when `parent` ends; where it cannot, nothing is bound."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it ended before the kernel knew
        raise SystemExit(1)


if __name__ == "__main__":
    main()
