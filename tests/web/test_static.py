"""What the pages load: only our own and the vendored files, as they were written down."""

import hashlib
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from broker.parties.models import Officer
from broker.web import totp_picture

STATIC = Path(finders.find("web/site.css")).parent
VENDOR = STATIC / "vendor"


def written_down() -> dict[str, str]:
    text = (VENDOR / "VENDORED.md").read_text()
    return dict(re.findall(r"^\| (\S+\.\S+) \| `([0-9a-f]{64})` \|$", text, flags=re.M))


def test_every_vendored_file_is_the_one_written_down():
    found = {
        name: hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() for name in written_down()
    }

    assert found == written_down()
    assert {"govuk-frontend.min.css", "moj-frontend.min.js", "htmx.min.js"} <= found.keys()


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.css")), ids=lambda path: path.name)
def test_no_stylesheet_carries_what_is_not_ours(path):
    text = path.read_text()

    for reserved in ("GDS Transport", "Margaret Calvert", "govuk-crest", "/assets/"):
        assert reserved not in text


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.css")), ids=lambda path: path.name)
def test_every_picture_a_stylesheet_names_is_there(path):
    named = re.findall(r"url\((?!data:|[\"']?data:)[\"']?([^)\"']+)", path.read_text())

    assert [name for name in named if not (path.parent / name).is_file()] == []


def test_the_picture_of_a_secret_is_data_and_runs_nothing():
    officer = Officer(username="ada", totp_secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")

    picture = totp_picture.picture(officer)

    assert picture.startswith("data:image/png;base64,")
    assert totp_picture.enrolment_address(officer) == (
        "otpauth://totp/Broker:ada?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Broker"
    )
    assert "█" in totp_picture.text_picture(officer) or "\x1b[" in totp_picture.text_picture(
        officer
    )
