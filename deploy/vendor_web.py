"""Fetch the built files the pages stand on, take out what is not ours to use, write them down.

Run `python3 deploy/vendor_web.py` with `npm` on the PATH. It writes
`broker/web/static/web/vendor/` afresh, with a table of versions and digests in VENDORED.md.
Change a version in PACKAGES, run it, look at the pages, commit.
"""

import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

TARGET = Path(__file__).resolve().parents[1] / "broker" / "web" / "static" / "web" / "vendor"
SYSTEM_FONTS = (
    'system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",Arial,sans-serif'
)
MIT = """{title}

Licence: MIT, as declared in the package ({package}).

{copyright}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software
and associated documentation files (the "Software"), to deal in the Software without
restriction, including without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the
Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or
substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING
BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM,
DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


class Package(NamedTuple):
    name: str
    version: str
    files: dict[str, str]


PACKAGES = (
    Package(
        "govuk-frontend",
        "6.6.0",
        {
            "dist/govuk/govuk-frontend.min.css": "govuk-frontend.min.css",
            "dist/govuk/govuk-frontend.min.js": "govuk-frontend.min.js",
        },
    ),
    Package(
        "@ministryofjustice/frontend",
        "11.1.0",
        {
            "moj/moj-frontend.min.css": "moj-frontend.min.css",
            "moj/moj-frontend.min.js": "moj-frontend.min.js",
        },
    ),
    Package("htmx.org", "2.0.11", {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "LICENSE.htmx"}),
)
# Pictures that the MOJ stylesheet names; its crown logotypes stay behind.
MOJ_PICTURES = re.compile(r"url\(/assets/images/(icon-[a-z-]+\.svg)\)")


def without_font(css: str) -> str:
    """Take out GDS Transport: it may only be used on gov.uk."""
    css = re.sub(r"/\*!(?:(?!\*/).)*Margaret Calvert.*?\*/", "", css, flags=re.S)
    css = re.sub(r'@font-face\{font-family:"?GDS Transport.*?\}', "", css)
    return re.sub(r'"?GDS Transport"?,arial,sans-serif', SYSTEM_FONTS, css)


def without_crest(css: str) -> str:
    """Take out the royal arms in the footer: we are not the British government."""
    return re.sub(r"url\(/assets/images/govuk-crest\.svg\)", "none", css)


def without_map(text: str) -> str:
    """Take out the pointer to a source map that is not kept here."""
    text = re.sub(r"\n?/\*# sourceMappingURL=.*?\*/", "", text)
    return re.sub(r"\n?//# sourceMappingURL=\S+", "", text).rstrip() + "\n"


def with_near_pictures(css: str) -> str:
    return MOJ_PICTURES.sub(r"url(images/\1)", css)


CHANGES: tuple[Callable[[str], str], ...] = (
    without_font,
    without_crest,
    without_map,
    with_near_pictures,
)


def unpack(package: Package, folder: Path) -> tuple[Path, str]:
    """Return the unpacked package and the sha256 of its archive."""
    done = subprocess.run(
        ["npm", "pack", "--silent", f"{package.name}@{package.version}"],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    archive = folder / done.stdout.strip().splitlines()[-1]
    unpacked = folder / archive.stem
    with tarfile.open(archive) as tar:
        tar.extractall(unpacked, filter="data")
    return unpacked / "package", hashlib.sha256(archive.read_bytes()).hexdigest()


def take(package: Package, source: Path) -> list[Path]:
    """Copy the package's files, changed as above; return what was written."""
    written = []
    for inside, name in package.files.items():
        text = (source / inside).read_text(encoding="utf-8")
        for picture in sorted(set(MOJ_PICTURES.findall(text))):
            (TARGET / "images").mkdir(exist_ok=True)
            written.append(TARGET / "images" / picture)
            shutil.copyfile(source / "moj" / "assets" / "images" / picture, written[-1])
        if name.endswith((".css", ".js")):
            for change in CHANGES:
                text = change(text)
        (TARGET / name).write_text(text, encoding="utf-8")
        written.append(TARGET / name)
    return written


def write_licences() -> None:
    for name, title, copyright_line in (
        (
            "govuk-frontend",
            "GOV.UK Frontend",
            "Copyright (C) 2025 Crown Copyright (Government Digital Service)",
        ),
        (
            "@ministryofjustice/frontend",
            "MOJ Frontend",
            "Copyright (c) 2018 Crown Copyright (Ministry of Justice)",
        ),
    ):
        text = MIT.format(title=title, package=name, copyright=copyright_line)
        (TARGET / f"LICENSE.{title.lower().replace('.', '').replace(' ', '-')}").write_text(text)


def main() -> int:
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    lines = [
        "# Vendored files",
        "",
        "Written by `python3 deploy/vendor_web.py`; never edited by hand. Changed on the way in:",
        "the GDS Transport font (reserved for gov.uk) gives way to the system's fonts, the royal",
        "arms and source-map pointers are taken out, picture addresses are made relative.",
        "",
        "| package | version | sha256 of the package archive |",
        "|---|---|---|",
    ]
    files: list[Path] = []
    with tempfile.TemporaryDirectory() as folder:
        for package in PACKAGES:
            source, digest = unpack(package, Path(folder))
            files += take(package, source)
            lines.append(f"| {package.name} | {package.version} | `{digest}` |")
    write_licences()
    lines += ["", "| file | sha256 |", "|---|---|"]
    for file in sorted(files):
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        lines.append(f"| {file.relative_to(TARGET).as_posix()} | `{digest}` |")
    (TARGET / "VENDORED.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
