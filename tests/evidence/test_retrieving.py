"""The office announces a retrieval, fetches by ranges and signs for what it has."""

import base64
import hashlib
from datetime import timedelta

import pytest

from broker.access.acting import acting
from broker.basics.clock import iso, now
from broker.crypto.keys import fingerprint
from broker.ledger.reading import events_of
from broker.ledger.sequencer import sweep_once
from evidence.actions import answering
from evidence.flow import State
from evidence.models import Package, Receipt, Request
from evidence.package.receipt import opened_commitment, receipt_document
from tests.evidence.world import Sender, deposited, received

pytestmark = pytest.mark.django_db

SALT = "ab" * 32


@pytest.fixture
def office(world):
    return Sender(world.prosecution)


@pytest.fixture
def package(world, tmp_path):
    package = deposited(world, received(world), tmp_path)
    sweep_once()
    return package


@pytest.fixture
def path(office, package):
    """The address of a package whose retrieval was announced."""
    path = f"/api/v1/packages/{package.id}"
    answer = office.post(f"{path}/retrieval", {})
    assert answer.json()["content"] == f"{path}/content"
    return path


def fetched(office, path, **headers):
    return office.get_with(f"{path}/content", headers)


def body(answer):
    return b"".join(answer.streaming_content)


def test_nothing_is_served_before_a_retrieval_is_announced(office, package):
    answer = office.get(f"/api/v1/packages/{package.id}/content")

    assert answer.status_code == 409
    assert answer.json()["what"] == "No retrieval of this package was announced."
    assert not [event for event in events_of(package.request.stream) if "served" in event.verb]


def test_a_retrieval_waits_until_the_log_holds_the_receipt(world, office, tmp_path):
    package = deposited(world, received(world), tmp_path)

    answer = office.post(f"/api/v1/packages/{package.id}/retrieval", {})

    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert Package.objects.get().retrieved_at is None
    assert Request.objects.get().state == State.RELEASED


def test_every_retrieval_is_chained_and_its_proof_is_made_once(office, package, path):
    proof = Package.objects.get().proof
    sweep_once()
    office.post(f"{path}/retrieval", {})

    chained = [
        event for event in events_of(package.request.stream) if event.verb == "request.retrieve"
    ]
    assert [event.seq is not None for event in chained] == [True, True]
    assert Package.objects.get().proof == proof
    assert Request.objects.get().state == State.RETRIEVED


def test_ranges_join_to_the_whole(office, path):
    whole = fetched(office, path)
    data = body(whole)

    parts = [
        body(fetched(office, path, range=f"bytes={at}-{at + 299_999}"))
        for at in range(0, len(data), 300_000)
    ]

    assert b"".join(parts) == data
    assert whole.status_code == 200
    assert int(whole.headers["content-length"]) == len(data)


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-0", 0, 0), ("bytes=-10", -10, -1), ("bytes=1000-", 1000, -1)],
)
def test_a_range_says_where_it_lies(office, path, asked, first, last):
    data = body(fetched(office, path))
    size = len(data)

    answer = fetched(office, path, range=asked)

    start, end = first % size, last % size
    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"bytes {start}-{end}/{size}"
    assert body(answer) == data[start : end + 1]


@pytest.mark.parametrize("asked", ["bytes=5-2", "bytes=0-1,5-6", "lines=1-2", "bytes=-"])
def test_a_range_that_is_none_is_answered_whole(office, path, asked):
    assert fetched(office, path, range=asked).status_code == 200


@pytest.mark.parametrize("asked", ["bytes=99999999999-", "bytes=-0"])
def test_a_range_beyond_the_end_is_refused(office, path, asked):
    answer = fetched(office, path, range=asked)

    assert answer.status_code == 416
    assert answer.headers["content-range"].startswith("bytes */")
    assert answer.json()["what"] == "The range lies outside the package."


def test_the_tag_stays_and_another_tag_gets_the_whole(office, path):
    tag = fetched(office, path).headers["etag"]

    same = fetched(office, path, range="bytes=0-9", **{"if-range": tag})
    other = fetched(office, path, range="bytes=0-9", **{"if-range": '"other"'})

    assert (same.status_code, other.status_code) == (206, 200)
    assert same.headers["etag"] == tag


def test_what_was_served_is_noted_as_a_reading(office, package, path):
    fetched(office, path, range="bytes=10-19")

    [note] = [each for each in events_of(package.request.stream) if each.verb == "package.served"]
    assert note.seq is None
    assert note.body["new"] == {"start": 10, "stop": 20}


def signed(office, package, kind="retrieved", *, key=None, **changes):
    key = key or office.key
    facts = {"kind": kind, "opened": "", "at": now()} | changes
    document = receipt_document(
        package_id=str(package.id), statement_sha256=package.statement_sha256, **facts
    )
    return {
        **facts,
        "at": iso(facts["at"]),
        "key_sha256": fingerprint(key.spki()),
        "signature": base64.b64encode(key.sign(document)).decode(),
    }


def test_the_office_signs_that_it_has_and_that_it_opened(office, package, path):
    opened = opened_commitment(inner_salt=SALT, package_id=str(package.id))

    first = office.post(f"{path}/receipts", signed(office, package))
    second = office.post(f"{path}/receipts", signed(office, package, "opened", opened=opened))

    assert (first.status_code, second.status_code) == (200, 200)
    assert [each.commitment for each in Receipt.objects.order_by("at")] == ["", opened]
    chained = [
        event for event in events_of(package.request.stream) if event.verb == "request.acknowledge"
    ]
    assert chained[1].body["new"]["commitment"] == opened


def test_a_receipt_by_another_key_or_over_another_document_does_not_count(
    world, office, package, path
):
    foreign = Sender(world.platform).key
    wrong = signed(office, package) | {"at": iso(now() - timedelta(minutes=1))}

    by_another = office.post(f"{path}/receipts", signed(office, package, key=foreign))
    over_another = office.post(f"{path}/receipts", wrong)

    assert by_another.json()["what"] == "The receipt is signed by a key that does not count."
    assert over_another.json()["what"] == "The receipt's signature does not hold."
    assert not Receipt.objects.exists()


@pytest.mark.parametrize(
    "changes", [{"kind": "opened"}, {"opened": "ab" * 32}, {"at": now() + timedelta(hours=1)}]
)
def test_a_receipt_that_says_what_cannot_be_is_refused(office, package, path, changes):
    given = {"kind": "retrieved"} | changes

    answer = office.post(f"{path}/receipts", signed(office, package, given.pop("kind"), **given))

    assert answer.status_code == 400
    assert "receipt" in answer.json()["what"]


def test_a_second_receipt_of_a_kind_is_a_conflict(office, package, path):
    office.post(f"{path}/receipts", signed(office, package))

    answer = office.post(f"{path}/receipts", signed(office, package))

    assert answer.json()["what"] == "The office has signed for this already."


def test_a_closed_case_still_lets_its_office_fetch(world, office, package, path):
    with acting(world.prosecutor) as actor:
        answering.close(Request.objects.get(), actor=actor)

    assert office.post(f"{path}/retrieval", {}).json()["state"] == State.CLOSED
    assert hashlib.sha256(body(fetched(office, path))).hexdigest()
