"""Child: the supervisor, who reads and approves every draft of a binding order, until ended."""

import time

import django


def main() -> None:
    django.setup()
    from broker.access.acting import acting
    from broker.parties.directory import actor_of
    from broker.parties.models import Officer, Organisation
    from referrals.actions import order
    from referrals.actions.approving import approve
    from referrals.flow import State
    from referrals.models import Referral

    seat = Organisation.objects.get(slug="unit")
    supervisor = actor_of(Officer.objects.get(service_number="SUPERVISOR"), seat)
    drafts = Referral.objects.filter(state=State.DRAFT).select_related("unit", "platform")
    while True:
        for draft in drafts.all():
            with acting(supervisor):
                read = order.text_sha256(draft, list(draft.items.all()))
                approve(draft, text_sha256=read, method="totp", actor=supervisor)
        time.sleep(0.25)


if __name__ == "__main__":
    main()
