"""Builds the verifier as one file that runs where only Python and `cryptography` are.

The same sources give the same bytes, so that the file's SHA-256 can stand in a release.
"""

import importlib.metadata
import io
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from broker.basics.errors import WrongState

_OWN = ("broker", "evidence")
_CARRIED = ("asn1crypto", "rfc8785")
_SHEBANG = b"#!/usr/bin/env python3\n"
_START = "import sys\n\nfrom evidence.verifier.cli import main\n\nsys.exit(main())\n"
_NEVER_CHANGED = (1980, 1, 1, 0, 0, 0)


def build(target: Path) -> int:
    """Write the zipapp `target` (an executable `.pyz`); return its size in bytes.

    It holds exactly the house's modules that are loaded now, and two libraries whole. Raises
    WrongState when it is itself run from such a file.
    """
    files = {"__main__.py": _START.encode(), **dict(_own_files()), **dict(_carried_files())}
    packed = io.BytesIO(_SHEBANG)
    packed.seek(0, io.SEEK_END)
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, _NEVER_CHANGED)
            info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 3
            archive.writestr(info, files[name])
    target.write_bytes(packed.getvalue())
    target.chmod(0o755)
    return target.stat().st_size


def _own_files() -> Iterator[tuple[str, bytes]]:
    """Yield the sources of the modules that a verification has loaded."""
    for name, module in sorted(sys.modules.items()):
        if name.partition(".")[0] not in _OWN:
            continue
        source = Path(module.__file__ or "")
        if not source.is_file():
            raise WrongState(
                "The verifier cannot be built from its own built file.",
                remedy="Build it from a checkout or an installed package.",
            )
        is_package = source.name == "__init__.py"
        stem = name.replace(".", "/")
        yield f"{stem}/__init__.py" if is_package else f"{stem}.py", source.read_bytes()


def _carried_files() -> Iterator[tuple[str, bytes]]:
    """Yield two pure-Python libraries whole, with the licences they come under."""
    for library in _CARRIED:
        for file in importlib.metadata.files(library) or ():
            is_licence = "license" in file.name.lower() and ".dist-info" in str(file)
            if file.suffix == ".py" or is_licence:
                yield file.as_posix(), file.read_binary()
