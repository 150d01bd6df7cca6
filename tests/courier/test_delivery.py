"""The outbox is worked at least once, in order, with leases, retries and a last word."""

from datetime import UTC, datetime, timedelta

import pytest

from broker.basics.clock import frozen, now
from broker.courier import delivery
from broker.courier.connector import Outcome
from broker.courier.delivery import deliver, sweep_once
from broker.courier.message import read_message, sign_receipt
from broker.courier.models import Dispatch, Status
from broker.courier.recording import record
from broker.courier.signals import dispatch_failed, receipt_proven
from broker.crypto.canonical import parse_json
from broker.crypto.http_signature import verify_request
from broker.crypto.keys import PublicKey, fingerprint, generate
from broker.parties.models import KeyForm, KeyUse, PartyKey
from broker.seals.keyring import signing_key
from tests.courier.conftest import posted

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def news():
    """Collect both kinds of news as (name, dispatch ids, instant)."""
    heard = []

    def proven(dispatches, at, **_):
        heard.append(("proven", [one.pk for one in dispatches], at))

    def failed(dispatches, at, **_):
        heard.append(("failed", [one.pk for one in dispatches], at))

    receipt_proven.connect(proven)
    dispatch_failed.connect(failed)
    yield heard
    receipt_proven.disconnect(proven)
    dispatch_failed.disconnect(failed)


def test_a_2xx_answer_proves_the_receipt(webhook, receiver, news):
    dispatch = posted(webhook)

    deliver([str(dispatch.pk)])

    dispatch.refresh_from_db()
    assert dispatch.status == Status.DELIVERED
    assert dispatch.receipt["status"] == 200
    assert news == [("proven", [dispatch.pk], dispatch.receipt_at)]


def test_the_message_is_signed_and_keyed_by_its_dispatch(webhook, receiver):
    dispatch = posted(webhook)

    sweep_once()

    [(path, headers, body)] = receiver.came
    public = PublicKey.from_spki(signing_key("message", "ed25519").spki())
    verified = verify_request(
        method="POST", url=receiver.url, headers=headers, body=body, public=public, at=now()
    )
    assert path == "/hook?place=eu"
    assert verified.keyid == fingerprint(public.spki)
    assert {name.lower(): value for name, value in headers.items()}["idempotency-key"] == str(
        dispatch.pk
    )


def test_a_receipt_signed_by_the_receiver_is_kept_and_judged(webhook, receiver):
    dispatch = posted(webhook)
    key = generate("ed25519")
    register(key, webhook.organisation)
    message = read_message(bytes(dispatch.body))
    receiver.answer = sign_receipt(message, key=key, received=now())

    sweep_once()

    dispatch.refresh_from_db()
    assert dispatch.receipt["signed"] is True
    assert parse_json(dispatch.receipt["receipt"].encode())["keyid"] == fingerprint(key.spki())


def test_a_receipt_signed_by_a_strange_key_proves_no_more_than_the_answer(webhook, receiver):
    dispatch = posted(webhook)
    receiver.answer = sign_receipt(
        read_message(bytes(dispatch.body)), key=generate("p256"), received=now()
    )

    sweep_once()

    dispatch.refresh_from_db()
    assert dispatch.receipt_at is not None
    assert dispatch.receipt["signed"] is False
    assert "not the receiver's" in dispatch.receipt["fault"]


@pytest.mark.parametrize("status", [302, 400, 404, 500, 503])
def test_any_other_answer_is_no_receipt(webhook, receiver, news, status):
    receiver.status = status
    receiver.headers = {"location": receiver.url}
    dispatch = posted(webhook)

    sweep_once()

    dispatch.refresh_from_db()
    assert (dispatch.status, dispatch.receipt_at) == (Status.WAITING, None)
    assert dispatch.last_fault == f"The receiver answered {status}."
    assert len(receiver.came) == 1
    assert news == []


def test_a_failed_message_is_tried_again_by_plan(webhook, receiver):
    receiver.status = 500
    with frozen(NOON):
        dispatch = posted(webhook)
    waits = []
    at = NOON
    for _ in range(7):
        with frozen(at):
            sweep_once()
        dispatch.refresh_from_db()
        waits.append((dispatch.next_attempt_at - at).total_seconds())
        at = dispatch.next_attempt_at

    assert waits == [5, 30, 120, 600, 1800, 3600, 3600]


def test_after_a_day_the_failure_is_final_and_news(webhook, receiver, news):
    receiver.status = 500
    with frozen(NOON):
        dispatch = posted(webhook)

    with frozen(NOON + timedelta(hours=24)) as at:
        sweep_once()

    dispatch.refresh_from_db()
    assert dispatch.status == Status.FAILED
    assert news == [("failed", [dispatch.pk], at)]
    assert sweep_once().next_at is None


def test_a_message_is_not_sent_before_its_time(webhook, receiver):
    dispatch = posted(webhook)
    later = now() + timedelta(minutes=5)
    Dispatch.objects.update(next_attempt_at=later)

    swept = sweep_once()

    assert (swept.done, swept.next_at) == (0, later)
    assert deliver([dispatch.pk]) == 0
    assert receiver.came == []


def test_an_idle_sweep_reads_once_and_writes_nothing(webhook, django_assert_num_queries):
    with django_assert_num_queries(1) as queries:
        sweep_once()

    assert queries[0]["sql"].startswith("SELECT")


def test_the_earliest_statutory_time_goes_first(webhook, monkeypatch):
    monkeypatch.setattr(delivery, "BATCH", 1)
    posted(webhook, reference="none")
    posted(webhook, reference="late", due_at=now() + timedelta(days=1))
    posted(webhook, reference="soon", due_at=now() + timedelta(hours=1))

    for _ in range(3):
        sweep_once()

    order = Dispatch.objects.order_by("delivered_at").values_list("reference", flat=True)
    assert list(order) == ["soon", "late", "none"]


def test_a_lease_that_ran_out_is_taken_over_and_the_old_outcome_dropped(webhook, receiver, news):
    with frozen(NOON):
        dispatch = posted(webhook)
        [stale] = delivery._lease(Dispatch.objects.filter(pk=dispatch.pk))
    with frozen(NOON + timedelta(seconds=59)):
        assert sweep_once().done == 0
    with frozen(NOON + timedelta(seconds=61)):
        sweep_once()

    record(stale, Outcome(at=now(), fault="too late"))

    dispatch.refresh_from_db()
    assert (dispatch.status, dispatch.attempts, dispatch.last_fault) == (Status.DELIVERED, 2, "")
    assert len(news) == 1


def test_a_hearer_that_fails_undoes_the_record_and_the_message_goes_again(
    webhook, receiver, caplog
):
    def refuse(**_):
        raise RuntimeError("the case is locked")

    dispatch = posted(webhook)
    receipt_proven.connect(refuse)
    try:
        sweep_once()
    finally:
        receipt_proven.disconnect(refuse)
    dispatch.refresh_from_db()
    assert (dispatch.status, dispatch.receipt_at) == (Status.LEASED, None)
    assert "dispatch_not_recorded" in caplog.text

    with frozen(now() + timedelta(seconds=61)):
        sweep_once()

    dispatch.refresh_from_db()
    assert dispatch.receipt_at is not None
    assert [headers["idempotency-key"] for _, headers, _ in receiver.came] == [str(dispatch.pk)] * 2


def test_a_receiver_that_does_not_answer_leaves_a_fault(platform):
    from broker.parties.models import Connector
    from tests.courier.conftest import point

    posted(point(platform, Connector.WEBHOOK, "http://127.0.0.1:9/hook"))

    sweep_once()

    assert Dispatch.objects.get().last_fault.startswith("ConnectError")


def register(key, organisation):
    import base64

    der = key.spki()
    return PartyKey.objects.create(
        organisation=organisation,
        use=KeyUse.MESSAGE,
        form=KeyForm.SPKI,
        value=base64.b64encode(der).decode(),
        sha256=fingerprint(der),
        valid_from=now() - timedelta(days=1),
        valid_to=now() + timedelta(days=365),
    )
