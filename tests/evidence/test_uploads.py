"""Payloads come in by parts over an address nobody can guess: tus 1.0."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from broker.access.acting import acting
from broker.basics.clock import frozen, now
from broker.vault import store
from evidence.actions import sending, uploading
from evidence.models import Upload
from tests.evidence.world import Sender, received, sent

pytestmark = pytest.mark.django_db

DATA = bytes(range(256)) * 4100
TUS = {"tus-resumable": "1.0.0"}


@pytest.fixture
def platform(world):
    return Sender(world.platform)


@pytest.fixture
def path(world):
    return f"/api/v1/requests/{received(world).reference}/uploads"


def announced(data=DATA, **changes):
    return {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()} | changes


@pytest.fixture
def location(platform, path):
    return platform.post(path, announced()).headers["location"]


def in_the_vault():
    return list((Path(settings.VAULT_FOLDER) / "uploads" / "payloads").iterdir())


def head(location, **headers):
    return Client().head(location, headers=TUS | headers)


def test_creation_answers_an_address_that_cannot_be_guessed(platform, path):
    first, second = (platform.post(path, announced()) for _ in range(2))

    assert first.status_code == 201
    assert first.headers["tus-resumable"] == "1.0.0"
    token = first.json()["location"].rpartition("/")[2]
    assert len(token) >= 43
    assert first.json()["location"] == first.headers["location"] != second.headers["location"]
    assert not Upload.objects.filter(token_sha256=token).exists()


def test_a_retried_creation_begins_one_upload(platform, path):
    answers = [platform.post(path, announced(), key="once") for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert Upload.objects.count() == 1
    assert [file.name for file in in_the_vault()] == [str(Upload.objects.get().id)]


def test_the_offset_is_what_lies_in_the_vault(platform, location):
    before = head(location)

    answer = platform.part(location, DATA[:1000], 0)

    assert before.headers["upload-offset"] == "0"
    assert before.headers["upload-length"] == str(len(DATA))
    assert answer.status_code == 204
    assert answer.headers["upload-offset"] == "1000"
    assert head(location).headers["upload-offset"] == "1000"
    assert head(location).headers["cache-control"] == "no-store"
    assert store().size(Upload.objects.get().name) == 1000


def test_the_last_part_closes_the_upload(platform, location):
    platform.part(location, DATA[:1000], 0)
    platform.part(location, DATA[1000:], 1000)

    upload = Upload.objects.get()
    assert upload.finished_at is not None
    assert b"".join(store().read(upload.name)) == DATA
    assert head(location).headers["upload-offset"] == str(len(DATA))


def test_a_wrong_offset_is_a_conflict_and_changes_nothing(platform, location):
    platform.part(location, DATA[:1000], 0)

    answer = platform.part(location, DATA[:1000], 0)

    assert answer.status_code == 409
    assert answer["content-type"] == "application/problem+json"
    assert "1000 bytes of it are here" in answer.json()["why"]
    assert head(location).headers["upload-offset"] == "1000"


def test_more_than_was_announced_is_refused_before_it_is_read(platform, location):
    answer = platform.part(location, DATA + b"!", 0)

    assert answer.status_code == 413
    assert "More bytes come than were announced" in answer.json()["what"]
    assert head(location).headers["upload-offset"] == "0"


def test_a_payload_that_lies_about_its_digest_ends_the_upload(platform, path):
    location = platform.post(path, announced(sha256="0" * 64)).headers["location"]

    answer = platform.part(location, DATA, 0)

    assert answer.status_code == 400
    assert answer.json()["kind"] == "digest-mismatch"
    assert head(location).status_code == 410
    with pytest.raises(Exception, match="nothing under"):
        store().stat(Upload.objects.get().name)


def test_a_part_of_another_type_is_refused(platform, location):
    answer = Client().patch(
        location, b"x", content_type="application/json", headers=TUS | {"upload-offset": "0"}
    )

    assert answer.status_code == 415
    assert answer.json()["kind"] == "unsupported-media-type"


@pytest.mark.parametrize("offset", ["", "-1", "1e3", "٣", "9" * 30])
def test_an_offset_that_is_no_number_is_refused(platform, location, offset):
    answer = platform.part(location, b"x", 0, **{"upload-offset": offset.encode().decode("latin1")})

    assert answer.status_code == 400
    assert answer.json()["what"] == "Upload-Offset is not a number."


def test_another_version_of_tus_is_told_which_one_counts(location):
    answer = Client().head(location, headers={"tus-resumable": "0.2.2"})

    assert answer.status_code == 412
    assert answer.headers["tus-version"] == "1.0.0"


def test_options_says_what_is_spoken(location):
    answer = Client().options(location)

    assert answer.status_code == 204
    assert answer.headers["tus-version"] == "1.0.0"
    assert "termination" in answer.headers["tus-extension"]


def test_a_guessed_address_leads_nowhere(location):
    answer = head("/api/v1/uploads/" + "a" * 43)

    assert answer.status_code == 404


def test_an_upload_expires(platform, location):
    with frozen(now() + uploading.LIFETIME + timedelta(seconds=1)):
        answers = [head(location), platform.part(location, b"x", 0)]

    assert [answer.status_code for answer in answers] == [410, 410]


def test_the_sender_may_end_an_upload(platform, location):
    platform.part(location, DATA[:1000], 0)

    answer = Client().delete(location, headers=TUS)

    assert answer.status_code == 204
    assert head(location).status_code == 410
    with pytest.raises(Exception, match="nothing under"):
        store().size(Upload.objects.get().name)


def test_a_withdrawn_request_takes_no_more_bytes(world, platform, path, location):
    request = Upload.objects.get().request
    with acting(world.prosecutor) as actor:
        sending.withdraw(request, reason="Over", actor=actor)

    assert platform.part(location, b"x", 0).status_code == 410
    assert platform.post(path, announced()).json()["kind"] == "wrong-state"


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"size": 100}, "A payload is never so small."),
        ({"size": 2**41}, "The payload is too large."),
        ({"sha256": "short"}, "The request has fields that do not hold."),
    ],
)
def test_an_upload_that_can_be_none_is_refused(platform, path, changes, what):
    answer = platform.post(path, announced(**changes))

    assert answer.status_code in {400, 413}
    assert answer.json()["what"] == what
    assert not Upload.objects.exists()


def test_two_sizes_are_refused(platform, path):
    body, key = announced(), {"upload-length": "7"}

    answer = platform.post_with(path, body, key)

    assert answer.json()["what"] == "The upload has two sizes."


def test_too_many_open_uploads_are_refused(platform, path):
    answers = [platform.post(path, announced()) for _ in range(uploading.MOST_OPEN + 1)]

    assert [answer.status_code for answer in answers[:-1]] == [201] * uploading.MOST_OPEN
    assert answers[-1].json()["what"] == "Too many uploads are open for this request."


def test_nobody_uploads_before_the_order_is_received_or_for_another(world, platform):
    request = sent(world)
    path = f"/api/v1/requests/{request.reference}/uploads"

    assert platform.post(path, announced()).json()["kind"] == "wrong-state"
    theirs = f"/api/v1/requests/{received(world).reference}/uploads"
    assert Sender(world.prosecution).post(theirs, announced()).status_code == 403
    assert Sender(world.unit).post(path, announced()).status_code == 404


def test_what_expired_is_cleared_and_what_goes_on_stays(platform, path, location):
    old = Upload.objects.get()
    Upload.objects.filter(id=old.id).update(expires_at=now() - timedelta(hours=2))
    platform.post(path, announced())

    cleared = uploading.clear_expired()

    assert cleared == 1
    assert Upload.objects.get().id != old.id
    with pytest.raises(Exception, match="nothing under"):
        store().size(old.name)
