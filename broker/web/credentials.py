"""Two things an officer proves: a password, then a code that is good once."""

import hmac

import pyotp
from django.contrib.auth import authenticate

from broker.access.acting import acting
from broker.basics.actor import SYSTEM
from broker.basics.clock import now
from broker.ledger.append import Event, Subject, append
from broker.parties.directory import actor_in, seats
from broker.parties.models import Officer

STEP_S = 30
# One step of drift to either side (RFC 6238, section 5.2).
DRIFT = (0, -1, 1)


def officer_with_password(username: str, password: str) -> Officer | None:
    """Return the active officer whose password this is, or None.

    An unknown name costs one hash too, so that the time taken tells nothing.
    """
    found = authenticate(username=username, password=password)
    return found if isinstance(found, Officer) else None


def spend_code(officer: Officer, code: str, *, verb: str = "officer.signed_in") -> bool:
    """Tell whether `code` is good, and use it up: the same step never opens twice.

    What the code was given for is written to the log as `verb`, in the same transaction.
    Source: RFC 6238, section 5.2 (a code is accepted once).
    """
    step = matching_step(officer.totp_secret, code)
    if step is None:
        return False
    with acting(SYSTEM):
        spent = Officer.objects.filter(pk=officer.pk, totp_last_step__lt=step, is_active=True)
        if not spent.update(totp_last_step=step):
            return False
        write_down(officer, verb)
    return True


def matching_step(secret: str, code: str) -> int | None:
    """Return the 30-second step whose code this is, the present one first; None for none."""
    digits = "".join(code.split())
    if not secret or len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
        return None
    try:
        totp = pyotp.TOTP(secret, interval=STEP_S)
    except ValueError:  # no secret an app could hold: nobody signs in with it
        return None
    present = int(now().timestamp()) // STEP_S
    found = None
    for drift in DRIFT:
        step = present + drift
        if hmac.compare_digest(totp.generate_otp(step), digits) and found is None:
            found = step
    return found


def write_down(officer: Officer, verb: str) -> None:
    """Append `verb` to the log of each organisation the officer sits in, else of the broker."""
    subject = Subject(type="officer", id=str(officer.pk))
    held = list(seats(officer))
    parties = {seat.organisation_id: seat.organisation for seat in held}
    events = [
        Event(
            verb=verb,
            stream=f"org:{organisation.party_id}",
            actor=actor_in(officer, organisation, held),
            subjects=(subject,),
            organisations=(organisation.party_id,),
        )
        for _, organisation in sorted(parties.items())
        if organisation.frozen_at is None
    ]
    append(*events or [Event(verb=verb, stream="broker", actor=SYSTEM, subjects=(subject,))])
