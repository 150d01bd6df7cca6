"""Child: make the database and the parties, and print what their programs need, as JSON."""

import base64
import json
import sys

import django


def main() -> None:
    """Words: the platform's webhook address, the unit's."""
    django.setup()
    from broker.crypto.keys import to_pem
    from broker.management.migrating import migrate_all
    from broker.parties.models import ContactPoint
    from broker.seals.keyring import signing_key
    from tests import factories

    migrate_all()
    unit = factories.organisation("unit", slug="unit")
    webhook = factories.platform("webhook", sys.argv[1], slug="webhook")
    inbox = factories.platform("inbox", slug="inbox")
    ContactPoint.objects.create(organisation=unit, connector="webhook", address=sys.argv[2])
    factories.officer(unit, "supervisor", service_number="SUPERVISOR")
    seeded = {"broker": base64.b64encode(signing_key("message", "ed25519").spki()).decode()}
    for party in (unit, webhook, inbox):
        seeded[party.slug] = to_pem(factories.message_key(party)).decode()
    sys.stdout.write(json.dumps(seeded))


if __name__ == "__main__":
    main()
