"""The picture by which an authenticator app learns an officer's secret."""

import io

import pyotp
import segno

from broker.parties.models import Officer

ISSUER = "Broker"


def enrolment_address(officer: Officer) -> str:
    """Return the `otpauth://` address that holds the officer's secret; show it to nobody else."""
    totp = pyotp.TOTP(officer.totp_secret)
    return totp.provisioning_uri(name=officer.username, issuer_name=ISSUER)


def picture(officer: Officer) -> str:
    """Return the address as a QR code: a `data:` picture, for `<img src>` under the page rules."""
    code = segno.make(enrolment_address(officer), error="m")
    return str(code.png_data_uri(scale=5, border=4))


def text_picture(officer: Officer) -> str:
    """Return the same QR code in half-block letters, for the operator's terminal."""
    written = io.StringIO()
    segno.make(enrolment_address(officer), error="m").terminal(out=written, compact=True, border=2)
    return written.getvalue()
