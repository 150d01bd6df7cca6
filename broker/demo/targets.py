"""The targets of the removal order: a file of addresses that the reader may replace."""

from pathlib import Path

from broker.basics.durable import write_whole
from broker.basics.errors import Invalid
from broker.demo.folder import DemoFolder

_DEFAULT = """\
# One address a line; change them, or give another file with --urls.
https://video.platform-a.example/watch?v=aR9_3kQ-Zw0
https://video.platform-a.example/watch?v=Xo2b71mPPtE
https://files.platform-a.example/d/2f9c77e1/manual.pdf
https://social.platform-a.example/@channel/status/113507846120458221
https://social.platform-a.example/groups/nasheed-archive/posts/88213
"""


def default_file(folder: DemoFolder) -> Path:
    """Return the demo's own file of targets, written on first use."""
    path = folder.root / "urls.txt"
    if not path.exists():
        write_whole(path, _DEFAULT.encode("utf-8"))
    return path


def read_targets(path: Path) -> list[str]:
    """Return the addresses in `path`: one a line, without blank lines and comments.

    Raises Invalid when there is none or the file is not UTF-8.
    """
    try:
        lines = [line.strip() for line in path.read_text("utf-8-sig").splitlines()]
    except UnicodeDecodeError:
        raise Invalid(f"{path} is not UTF-8.", remedy="Save it as UTF-8.") from None
    targets = [line for line in lines if line and not line.startswith("#")]
    if not targets:
        raise Invalid(f"{path} holds no address.", remedy="Write one address a line.")
    return targets
