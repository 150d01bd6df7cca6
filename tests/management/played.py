"""A program for process trees: `python -m tests.management.played stay|end|stubborn`."""

import os
import signal
import subprocess
import sys
import time


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def main() -> None:
    manner = sys.argv[1]
    if manner == "end":
        say("ending")
        raise SystemExit(3)
    if manner in {"stubborn", "deaf"}:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if manner == "deaf":
        signal.signal(signal.SIGQUIT, signal.SIG_IGN)
    if manner == "parent":
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        say(str(child.pid))
    say(f"up {os.getpid()}")
    time.sleep(60)


if __name__ == "__main__":
    main()
