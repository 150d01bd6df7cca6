"""A receipt through one of the faces is recorded once, with its proof, and is news."""

from datetime import timedelta

import pytest

from broker.access.acting import acting
from broker.basics.actor import SYSTEM
from broker.basics.clock import now
from broker.basics.errors import Invalid
from broker.courier.message import read_message, read_receipt, sign_receipt
from broker.courier.models import Dispatch, Status
from broker.courier.receipts import proven, waiting_for
from broker.courier.signals import receipt_proven
from broker.crypto.keys import PublicKey, generate
from broker.parties.models import Connector
from tests.courier.conftest import point, posted

pytestmark = pytest.mark.django_db


@pytest.fixture
def inbox(platform):
    return point(platform, Connector.INBOX)


def test_what_is_opened_is_received_once_and_keeps_its_first_receipt(inbox):
    dispatch = posted(inbox)
    first = now()

    with acting(SYSTEM):
        news = proven([dispatch.pk], at=first, proof={"event": "opened"})
    with acting(SYSTEM):
        again = proven([dispatch.pk], at=first + timedelta(1), proof={"event": "fetched"})

    dispatch.refresh_from_db()
    assert [one.pk for one in news] == [dispatch.pk]
    assert again == []
    assert (dispatch.receipt_at, dispatch.receipt) == (first, {"event": "opened"})


def test_the_news_is_sent_within_the_recording_transaction(inbox):
    dispatch = posted(inbox)

    def refuse(**_):
        raise Invalid("no")

    receipt_proven.connect(refuse)
    try:
        with pytest.raises(Invalid), acting(SYSTEM):
            proven([dispatch.pk], at=now(), proof={"event": "opened"})
    finally:
        receipt_proven.disconnect(refuse)

    dispatch.refresh_from_db()
    assert dispatch.receipt_at is None


def test_the_inbox_shows_what_is_not_yet_received(inbox, platform):
    first, second = posted(inbox), posted(inbox)
    with acting(SYSTEM):
        proven([first.pk], at=now(), proof={"event": "fetched"})

    assert list(waiting_for(platform.id)) == [second]


def test_an_acknowledgement_through_the_api_ends_the_sending(webhook, receiver):
    from broker.courier.delivery import sweep_once

    dispatch = posted(webhook)
    with acting(SYSTEM):
        proven([dispatch.pk], at=now(), proof={"event": "fetched"})

    sweep_once()

    assert receiver.came == []
    assert Dispatch.objects.get().status == Status.DELIVERED


def test_a_signed_receipt_does_not_hold_for_another_key_or_edited_words(inbox):
    key = generate("p256")
    message = read_message(bytes(posted(inbox).body))
    receipt = sign_receipt(message, key=key, received=now())
    public = PublicKey.from_spki(key.spki())

    assert read_receipt(receipt, public=public).dispatch == message.dispatch
    with pytest.raises(Invalid, match="does not hold"):
        read_receipt(receipt.replace(b"2026", b"2027"), public=public)
    with pytest.raises(Invalid, match="does not hold"):
        read_receipt(receipt, public=PublicKey.from_spki(generate("p256").spki()))


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"receipt":{},"keyid":1}'])
def test_what_is_no_receipt_is_refused(data):
    with pytest.raises(Invalid):
        read_receipt(data, public=PublicKey.from_spki(generate("ed25519").spki()))
