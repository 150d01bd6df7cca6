"""Small tools of the attacks: taking a container apart, changing one entry, reading the verdict."""

import io

from evidence.package import layout
from evidence.package.container_reader import open_container
from evidence.verifier.outcome import Status
from tests.verifier.forge import pack


def entries_of(package):
    """Return the container's entries but the mimetype."""
    container = open_container(io.BytesIO(package))
    return {
        name: container.window(name).read() for name in container.entries if name != layout.MIMETYPE
    }


def changed(package, name, edit):
    """Return the package with one entry changed, its CRC-32 made to fit."""
    entries = entries_of(package)
    return pack(entries | {name: edit(entries[name])})


def failing(report):
    """Return the numbers of the checks that fail."""
    return {check.number for check in report.checks if check.status is Status.FAIL}


def flip(at):
    """Return an edit that flips one bit of the byte at `at`."""

    def edit(data):
        place = at % len(data)
        return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]

    return edit
