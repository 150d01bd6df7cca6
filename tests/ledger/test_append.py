"""Events get their place in a stream, and exactly the bytes of the custody format."""

import hashlib
import json
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from broker.access.acting import acting
from broker.basics.clock import frozen, iso
from broker.basics.errors import Expired
from broker.crypto.canonical import canonical
from broker.crypto.note import open_promise
from broker.ledger.append import (
    InstrumentRef,
    append,
    note_reading,
    prepare,
    promise_for,
    promise_of,
)
from broker.ledger.models import Entry, Pool
from broker.ledger.proofs import event_opening
from broker.ledger.signing import origin, promise_vkey
from broker.seals.sealing import destroy
from tests.ledger.conftest import OFFICER, an_event

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 24, 12, 0, 0, 250_000, tzinfo=UTC)


def test_an_entry_is_the_commitment_that_the_format_describes():
    with acting(OFFICER):
        [appended] = append(an_event())

    opening = event_opening(appended.event_id)
    salt, header = bytes.fromhex(opening["salt"]), canonical(opening["header"])
    expected = hashlib.sha256(b"custody/v1/event\x00" + salt + header).digest()
    assert appended.commitment == expected
    assert bytes(Entry.objects.get().commitment) == expected


def test_a_header_commits_to_the_body():
    with acting(OFFICER):
        [appended] = append(an_event())

    opening = event_opening(appended.event_id)
    salt, body = bytes.fromhex(opening["body_salt"]), canonical(opening["body"])
    expected = hashlib.sha256(b"custody/v1/body\x00" + salt + body).hexdigest()
    assert opening["header"] == {
        "format": "custody-event/1",
        "event_id": str(appended.event_id),
        "stream": "case:one",
        "seq": 1,
        "prev": None,
        "body": expected,
    }


def test_a_body_has_every_member_even_when_there_is_nothing_to_say():
    with frozen(NOON), acting(OFFICER):
        [appended] = append(an_event(instrument=InstrumentRef("eu-epoc", "ab" * 32)))

    assert event_opening(appended.event_id)["body"] == {
        "verb": "referral.approve",
        "actor": {
            "id": OFFICER.id,
            "service_number": "FR-4711",
            "role": "officer",
            "organisation": OFFICER.organisation,
        },
        "basis": None,
        "purpose": None,
        "at": "2026-11-24T12:00:00.250000Z",
        "time_source": "process",
        "subjects": [{"type": "referral", "id": "one", "sha256": None}],
        "instrument": {"id": "eu-epoc", "sha256": "ab" * 32},
        "old": None,
        "new": None,
        "software": "referral-broker/0.1.0",
    }


def test_facts_of_its_own_replace_the_usual_body():
    facts = {"package_id": "p", "payload": {"sha256": "ab", "size": 7}}

    with frozen(NOON), acting(OFFICER):
        [appended] = append(an_event("org:office", verb="package.received", facts=facts))

    assert event_opening(appended.event_id)["body"] == facts | {
        "verb": "package.received",
        "at": iso(NOON),
        "time_source": "process",
        "software": "referral-broker/0.1.0",
    }


def test_a_withheld_body_leaves_the_header_verifiable():
    with acting(OFFICER):
        [appended] = append(an_event())

    opening = event_opening(appended.event_id, withhold_body=True)

    assert opening["body"] is None
    assert opening["body_salt"] is None
    assert opening["header"]["event_id"] == str(appended.event_id)


def test_each_event_of_a_stream_names_the_one_before_it():
    with acting(OFFICER):
        first, second = append(an_event(), an_event(), begun=["case:one"])
    with acting(OFFICER):
        [third] = append(an_event())

    headers = [event_opening(one.event_id)["header"] for one in (first, second, third)]
    assert [header["seq"] for header in headers] == [1, 2, 3]
    assert [header["prev"] for header in headers] == [
        None,
        first.commitment.hex(),
        second.commitment.hex(),
    ]


def test_one_act_may_write_to_several_streams():
    streams = ["broker", "org:b", "case:one", "org:a", "case:one"]

    with acting(OFFICER):
        appended = append(*[an_event(stream) for stream in streams])

    assert [one.stream for one in appended] == streams
    assert [one.seq for one in appended] == [1, 1, 1, 1, 2]
    assert list(Pool.objects.order_by("id").values_list("entry", flat=True)) == [
        one.event_id for one in appended
    ]


def test_a_page_read_is_not_chained_and_says_what_was_seen():
    with acting(OFFICER):
        append(an_event())
    with acting(OFFICER):
        [read] = note_reading(an_event(verb="case.read"), after=1)
    with acting(OFFICER):
        [next_one] = append(an_event())

    header = event_opening(read.event_id)["header"]
    assert (header["seq"], header["prev"], header["after"]) == (None, None, 1)
    assert next_one.seq == 2


def test_only_what_figures_need_stands_in_clear():
    with acting(OFFICER):
        append(
            an_event(
                purpose="a name that must not be read: Dupont",
                organisations=("org-1", "org-2"),
                counts={"items": 3},
                instrument=InstrumentRef("eu-epoc", "ab" * 32),
            )
        )

    entry = Entry.objects.get()
    assert (entry.verb, entry.instrument, entry.organisations, entry.counts) == (
        "referral.approve",
        "eu-epoc",
        ["org-1", "org-2"],
        {"items": 3},
    )
    assert b"Dupont" not in bytes(entry.sealed)
    assert "Dupont" not in json.dumps([str(value) for value in vars(entry).values()])


def test_a_promise_is_the_same_text_every_time():
    with frozen(NOON), acting(OFFICER):
        [appended] = append(an_event())

    note = promise_for(appended.event_id)

    promise = open_promise(note, [promise_vkey()])
    assert note == promise_of(appended) == promise_for(appended.event_id)
    assert promise.origin == origin()
    assert promise.commitment == appended.commitment
    assert promise.at == int(NOON.timestamp())
    assert promise.delay == 10


def test_an_act_that_fails_leaves_no_entry():
    def fail() -> None:
        with acting(OFFICER):
            append(an_event())
            raise RuntimeError("the step failed")

    with pytest.raises(RuntimeError, match="the step failed"):
        fail()

    assert not Entry.objects.exists()
    assert not Pool.objects.exists()


def test_nothing_is_appended_under_a_destroyed_key():
    with acting(OFFICER):
        append(an_event())
    destroy("case:one")

    with pytest.raises(Expired, match="sealed for case:one can no longer be read"), acting(OFFICER):
        append(an_event())


def test_a_stream_that_begins_twice_is_refused():
    with acting(OFFICER):
        append(an_event(), begun=["case:one"])

    with pytest.raises(IntegrityError), transaction.atomic():
        append(an_event(), begun=["case:one"])


def test_an_unknown_stream_is_refused():
    with pytest.raises(ValueError, match="There is no stream 'unit:1'"):
        an_event("unit:1")


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_an_act_is_refused():
    with pytest.raises(RuntimeError, match="open acting"):
        prepare(an_event())


@pytest.mark.postgres
def test_an_append_is_one_locked_read_and_one_writing_statement(on_postgres):
    with acting(OFFICER):
        append(an_event())

    with (
        CaptureQueriesContext(
            connection,
        ) as queries,
        acting(OFFICER),
    ):
        append(an_event())

    told = [query["sql"].split()[0] for query in queries.captured_queries]
    assert told == ["BEGIN", "SELECT", "SELECT", "WITH", "COMMIT"]


@pytest.mark.postgres
def test_a_stream_that_begins_costs_no_read(on_postgres):
    with acting(OFFICER), CaptureQueriesContext(connection) as queries:
        append(an_event(), begun=["case:one"])

    assert [query["sql"].split()[0] for query in queries.captured_queries] == ["WITH"]


@pytest.mark.postgres
def test_the_instant_is_the_databases(on_postgres):
    with acting(OFFICER):
        [begun, followed] = append(an_event("case:a"), an_event("case:b"), begun=["case:a"])

    body = event_opening(followed.event_id)["body"]
    assert body["time_source"] == "database"
    assert body["at"] == iso(begun.at)
