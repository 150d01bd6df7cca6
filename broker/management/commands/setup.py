"""`manage.py setup`: the first unit, and the first account with its authenticator secret."""

import getpass
import sys
from typing import Any

import pyotp
import segno
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.text import slugify

from broker.basics.errors import Refusal
from broker.management.founding import FirstPerson, FirstUnit, found
from broker.management.migrating import migrate_all
from broker.parties.models import Officer

_ASKED = {
    "unit": "Name of the unit",
    "country": "Country of the unit (two letters)",
    "zone": "Time zone of the unit, such as Europe/Paris",
    "username": "User name of its administrator",
    "name": "Name of the administrator",
    "service_number": "Service number of the administrator",
}


class Command(BaseCommand):
    help = "Set up a new broker: its first unit and the account that administers it."

    def add_arguments(self, parser: CommandParser) -> None:
        for name, words in _ASKED.items():
            parser.add_argument(f"--{name.replace('_', '-')}", help=words)
        parser.add_argument(
            "--password-stdin", action="store_true", help="read the password from the input"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask for what is not given, enter it, and print how to sign in."""
        migrate_all()
        given = {name: options[name] or _ask(f"{words}: ") for name, words in _ASKED.items()}
        unit = FirstUnit(
            slugify(given["unit"])[:50], given["unit"], given["country"], given["zone"]
        )
        person = FirstPerson(
            given["username"],
            given["name"],
            given["service_number"],
            sys.stdin.readline().rstrip("\n") if options["password_stdin"] else _new_password(),
        )
        try:
            officer = found(unit, person)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self._tell(officer)

    def _tell(self, officer: Officer) -> None:
        address = pyotp.TOTP(officer.totp_secret).provisioning_uri(
            name=officer.username, issuer_name=settings.PUBLIC.hostname
        )
        self.stdout.write("Scan this with an authenticator app, or type in the secret below it.\n")
        segno.make(address).terminal(out=sys.stdout, compact=True)
        self.stdout.write(f"Secret: {officer.totp_secret}")
        self.stdout.write("It is not shown again. Now start the broker: manage.py run")
        self.stdout.write(f"Then sign in as {officer.username} at {settings.PUBLIC_URL}.")


def _ask(words: str) -> str:
    try:
        return input(words).strip()
    except EOFError:
        raise CommandError(f"{words.rstrip(': ')} is missing; give it as an option.") from None


def _new_password() -> str:
    password = getpass.getpass("Password, at least 12 characters: ")
    if getpass.getpass("The same again: ") != password:
        raise CommandError("The two passwords differ; nothing was entered.")
    return password
