"""A package is judged before it is received; what does not hold is refused and leaves nothing."""

import hashlib
import json
from dataclasses import replace

import pytest

from broker.basics.errors import Conflict
from broker.basics.ids import uuid7
from broker.crypto import age
from broker.crypto.canonical import canonical
from broker.crypto.note import open_promise
from broker.ledger.proofs import event_opening
from broker.ledger.signing import promise_vkey
from broker.vault import store
from evidence.actions import uploading
from evidence.flow import State
from evidence.models import Package, Request, Upload
from evidence.package import container, layout
from evidence.package.container_reader import open_envelope
from evidence.package.received import parse_received
from evidence.package.sealing import Sealer
from tests.evidence.world import (
    AUTHORITY,
    ROOT,
    SINCE,
    UNTIL,
    Sender,
    keys,
    received,
    sealed,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def platform(world):
    return Sender(world.platform)


@pytest.fixture
def request_(world):
    return received(world)


@pytest.fixture
def data(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "data" / "a.txt").write_text("alpha")
    return tmp_path


def handed_in(world, request, data, platform, **changes):
    sealed(world, request, data / "data", data / "out", **changes)
    return platform.hand_in(request.reference, data / "out")


def nothing_received(request):
    return not Package.objects.exists() and Request.objects.get(id=request.id).state == "received"


def test_a_good_package_is_received_and_released(world, request_, data, platform):
    answer = handed_in(world, request_, data, platform)

    assert answer.status_code == 201
    package = Package.objects.get()
    assert Request.objects.get(id=request_.id).state == State.RELEASED
    assert package.payload_size == (data / "out" / "payload.bin").stat().st_size
    assert Upload.objects.get().package == package


def test_the_event_in_the_office_s_stream_says_exactly_what_the_format_says(
    world, request_, data, platform
):
    answer = handed_in(world, request_, data, platform).json()

    opening = event_opening(answer["received_event"])
    package = Package.objects.get()
    body = opening["body"]
    assert set(body) == {
        "verb", "at", "time_source", "package_id", "statement_sha256", "payload", "software",
    }  # fmt: skip
    assert body["payload"] == {"sha256": package.payload_sha256, "size": package.payload_size}
    assert parse_received(canonical(opening)).stream == f"org:{world.prosecution.party_id}"
    assert open_promise(answer["promise"], [promise_vkey()])


def test_a_truncated_upload_cannot_be_closed(world, request_, data, platform):
    sealed(world, request_, data / "data", data / "out")
    payload = (data / "out" / "payload.bin").read_bytes()
    path = f"/api/v1/requests/{request_.reference}"
    sums = {"size": len(payload), "sha256": hashlib.sha256(payload).hexdigest()}
    location = platform.post(f"{path}/uploads", sums).headers["location"]
    platform.part(location, payload[:-1], 0)

    answer = platform.envelope(f"{path}/packages", (data / "out" / "envelope.zip").read_bytes())

    assert answer.status_code == 409
    assert answer.json()["what"] == "The upload is not complete."
    assert f"of {len(payload)} bytes are here" in answer.json()["why"]
    assert nothing_received(request_)


def test_an_envelope_without_its_payload_is_refused(world, request_, data, platform):
    sealed(world, request_, data / "data", data / "out")
    envelope = (data / "out" / "envelope.zip").read_bytes()

    answer = platform.envelope(f"/api/v1/requests/{request_.reference}/packages", envelope)

    assert answer.status_code == 404
    assert answer.json()["what"] == "The payload of this package is not here."


def test_a_package_for_another_case_is_refused(world, request_, data, platform):
    other = received(world, validator="tribunal")
    other.recipients = [
        {"recipient": identity.recipient}
        for identity in (world.identities["tribunal receive"], world.identities["tribunal escrow"])
    ]
    order = json.loads(bytes(other.order))
    order["recipients"] = [
        {"recipient": age.recipient_fingerprint(each["recipient"]), "role": "office"}
        for each in other.recipients
    ]
    other.order = canonical(order)
    other.save()
    sealed(world, other, data / "data", data / "out")

    answer = platform.hand_in(request_.reference, data / "out")

    assert answer.status_code == 400
    assert answer.json()["what"] == "The package is for another case."
    assert nothing_received(request_)


def test_a_package_id_is_used_once(world, request_, data, platform):
    package_id = str(uuid7())
    handed_in(world, request_, data, platform, package_id=package_id)
    (data / "again").mkdir()
    second = received(world)
    sealed(world, second, data / "data", data / "again", package_id=package_id)

    answer = platform.hand_in(second.reference, data / "again")

    assert answer.status_code == 409
    assert answer.json()["what"] == "A package with this id was received before."


def test_a_certificate_that_is_not_registered_seals_nothing(world, request_, data, platform):
    key = keys.generate("p256")
    certificate = keys.issue_certificate(
        *AUTHORITY, key, common_name="Tube", valid_from=SINCE, valid_to=UNTIL
    )
    sealer = Sealer(world.platform.party_id, key, certificate)

    answer = handed_in(world, request_, data, platform, sealer=sealer)

    assert answer.status_code == 403
    assert answer.json()["what"] == "The package was sealed with a key that does not count."
    assert nothing_received(request_)


def test_a_revoked_key_seals_nothing_more(world, request_, data, platform):
    world.platform.keys.filter(use="seal").update(revoked={"reason": "stolen"})

    answer = handed_in(world, request_, data, platform)

    assert answer.json()["what"] == "The package was sealed with a key that does not count."


def test_a_certificate_of_a_foreign_authority_is_refused(world, request_, data, platform):
    key = keys.generate("p256")
    foreign = keys.issue_certificate(*ROOT, key, common_name="x", valid_from=SINCE, valid_to=UNTIL)
    sealer = Sealer(world.platform.party_id, key, foreign)
    world.platform.keys.filter(use="seal").update(sha256=sealer.cert_sha256)

    answer = handed_in(world, request_, data, platform, sealer=sealer)

    assert answer.json()["what"].startswith("The sealing certificate leads to no authority")


def test_another_organisation_s_name_in_the_statement_is_refused(world, request_, data, platform):
    sealer = replace(world.sealer, organisation=world.unit.party_id)

    answer = handed_in(world, request_, data, platform, sealer=sealer)

    assert answer.json()["what"] == "The package was not sealed by the platform that was asked."


def changed(out, name, change):
    """Rewrite one entry of the envelope, everything else as it was sealed."""
    with (out / "envelope.zip").open("rb") as stream:
        opened = open_envelope(stream)
        entries = {each: opened.read(each) for each in opened.entries if each != layout.MIMETYPE}
    entries[name] = change(entries[name])
    (out / "envelope.zip").write_bytes(container.lay_out_envelope(entries))


def flipped(data):
    return data[:-1] + bytes([data[-1] ^ 1])


@pytest.mark.parametrize(
    ("name", "change", "what"),
    [
        (layout.HEADER, flipped, "access/01.age-header is not the one that was sealed."),
        (layout.MANIFEST, flipped, "META-INF/ASiCManifest001.xml is not the one"),
        (layout.SIGNATURE, flipped, "The package's outer signature does not hold."),
        (layout.STATEMENT, lambda data: data.replace(b"client", b"browser"), "META-INF/ASiC"),
        (layout.STATEMENT, lambda data: data[:-1] + b" }", "The JSON"),
        (layout.STATEMENT, lambda data: data.replace(b'"stamps":0', b'"stamps":1'), "This broker"),
        (
            layout.STATEMENT,
            lambda data: data.replace(b'"derived":false', b'"derived":true'),
            "This broker does not take a derived package yet.",
        ),
    ],
)
def test_a_changed_entry_is_found(world, request_, data, platform, name, change, what):
    sealed(world, request_, data / "data", data / "out")
    changed(data / "out", name, change)

    answer = platform.hand_in(request_.reference, data / "out")

    assert answer.status_code == 400
    assert answer.json()["what"].startswith(what)
    assert nothing_received(request_)


@pytest.mark.parametrize("envelope", [b"not a zip", b"PK\x05\x06" + bytes(18), b"x" * 100_000])
def test_what_is_no_envelope_is_refused(request_, platform, envelope):
    answer = platform.envelope(f"/api/v1/requests/{request_.reference}/packages", envelope)

    assert answer.status_code == 400
    assert answer.json()["kind"] == "invalid"


def test_another_platform_can_neither_see_nor_answer_the_request(world, request_, data):
    world.platform.keys.filter(use="message").delete()
    stranger = Sender(world.unit)

    assert stranger.get(f"/api/v1/requests/{request_.reference}").status_code == 404
    answer = stranger.envelope(f"/api/v1/requests/{request_.reference}/packages", b"x")
    assert answer.status_code == 404


def test_a_repeated_hand_in_is_the_same_act(world, request_, data, platform):
    sealed(world, request_, data / "data", data / "out")
    platform.upload(request_.reference, data / "out" / "payload.bin")
    path = f"/api/v1/requests/{request_.reference}/packages"
    envelope = (data / "out" / "envelope.zip").read_bytes()

    first, second = (platform.envelope(path, envelope, key="once") for _ in range(2))

    assert first.json() == second.json()
    assert first.status_code == second.status_code == 201
    assert Package.objects.count() == 1


def test_the_platform_does_not_fetch_what_it_delivered(world, request_, data, platform):
    package = handed_in(world, request_, data, platform).json()["package"]

    assert platform.get(f"/api/v1/packages/{package}").status_code == 200
    assert platform.get(f"/api/v1/packages/{package}/content").status_code == 403


def test_an_upload_read_before_it_became_a_package_ends_no_more(world, request_, data, platform):
    sealed(world, request_, data / "data", data / "out")
    payload = data / "out" / "payload.bin"
    platform.upload(request_.reference, payload)
    read_before = Upload.objects.get()
    envelope = (data / "out" / "envelope.zip").read_bytes()
    platform.envelope(f"/api/v1/requests/{request_.reference}/packages", envelope)

    with pytest.raises(Conflict, match="The upload has become a package"):
        uploading.end(read_before)

    assert b"".join(store().read(Package.objects.get().payload_key)) == payload.read_bytes()
    assert Upload.objects.get().finished_at is not None
