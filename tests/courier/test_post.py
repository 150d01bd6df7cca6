"""Messages are written as rows with the step that sends them."""

from unittest.mock import patch

import pytest

from broker.basics.clock import now
from broker.basics.errors import Invalid, NotFound
from broker.courier.message import read_message
from broker.courier.models import Dispatch, Status
from broker.courier.post import call_back, dispatch_for, ring_for
from broker.courier.receipts import proven
from broker.parties.models import Connector
from tests.courier.conftest import ABOUT, point, posted

pytestmark = pytest.mark.django_db


def test_a_dispatch_carries_its_message_as_canonical_bytes(webhook):
    dispatch = posted(webhook, body={"targets": ["https://tube.example/v/1"]})

    message = read_message(bytes(Dispatch.objects.get().body))

    assert message.dispatch == str(dispatch.pk)
    assert (message.kind, message.reference) == ("referral.order", "R-1")
    assert message.content == {"targets": ["https://tube.example/v/1"]}


def test_a_dispatch_for_a_contact_point_costs_no_query(webhook, django_assert_num_queries):
    with django_assert_num_queries(0):
        dispatch = dispatch_for(
            kind="referral.order", subject=ABOUT, reference="R-1", recipient=webhook, body={}
        )

    assert dispatch.status == Status.WAITING


@pytest.mark.parametrize("connector", [Connector.INBOX, Connector.WEB])
def test_a_row_for_an_inbox_is_handed_over_at_once_but_not_received(platform, connector):
    dispatch = posted(point(platform, connector))

    assert dispatch.status == Status.DELIVERED
    assert dispatch.receipt_at is None


def test_an_organisation_without_contact_point_gets_no_dispatch(platform):
    with pytest.raises(NotFound, match="Tube has declared no contact point"):
        posted(platform)

    assert not Dispatch.objects.exists()


def test_a_connector_that_is_not_installed_is_refused(platform):
    with pytest.raises(Invalid, match="Post by mail is not part of this installation"):
        posted(point(platform, Connector.MAIL, "legal@tube.example"))


def test_a_body_with_a_float_is_refused(webhook):
    with pytest.raises(Invalid, match="fraction"):
        posted(webhook, body={"share": 0.5})


def test_the_bell_is_rung_only_for_rows_that_go_out(webhook, platform):
    out, stays = posted(webhook), posted(point(platform, Connector.INBOX))

    with patch("broker.courier.post.ring") as ring:
        ring_for([out, stays])

    ring.assert_called_once_with("broker.courier.tasks.deliver", [str(out.pk)])


def test_a_message_called_back_is_never_sent(webhook, receiver):
    from broker.courier.delivery import sweep_once

    posted(webhook)

    assert call_back(ABOUT) == 1
    assert sweep_once().done == 0
    assert receiver.came == []
    assert Dispatch.objects.get().status == Status.CANCELLED


def test_a_message_that_failed_is_called_back_too_and_never_opens(webhook):
    dispatch = posted(webhook)
    Dispatch.objects.update(status=Status.FAILED)

    call_back(ABOUT)

    assert list(proven([dispatch.pk], at=now(), proof={"event": "acknowledged"})) == []
    dispatch.refresh_from_db()
    assert dispatch.status == Status.CANCELLED
    assert not dispatch.is_readable
