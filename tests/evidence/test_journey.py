"""A request travels from the draft to a package that the offline verifier finds good."""

import io

import pytest
from cryptography.hazmat.primitives import hashes

from broker.basics.clock import now
from broker.ledger.sequencer import sweep_once
from evidence.actions import trust
from evidence.flow import State
from evidence.verifier.question import Question
from evidence.verifier.verifying import verify
from tests.evidence.world import ROOT, UNTIL, Sender, sealed, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "data" / "subscriber.json").write_bytes(b'{"name": "Ogre"}')
    (tmp_path / "data" / "log.bin").write_bytes(bytes(range(256)) * 6000)
    return tmp_path


def judged(world, container, office="parquet"):
    """Verify as the office does, offline, with its key and the signed trust list."""
    listed = trust.build_trust(version=1, issued=now(), expires=UNTIL)
    question = Question(
        package=io.BytesIO(container),
        trust=trust.sign(listed, roots=[ROOT], at=now()),
        roots=frozenset({ROOT[1].fingerprint(hashes.SHA256()).hex()}),
        identities=(world.identities[f"{office} receive"],),
    )
    return verify(question)


def test_a_request_travels_from_draft_to_a_verified_package(world, folder):
    platform, office = Sender(world.platform), Sender(world.prosecution)
    request = sent(world)
    case = f"/api/v1/requests/{request.reference}"

    [waiting] = platform.get("/api/v1/inbox").json()["results"]
    platform.post("/api/v1/inbox", {"dispatches": [waiting["dispatch"]]})
    platform.post(f"{case}/preservation", {"text": "Held until produced."})
    package = sealed(world, request, folder / "data", folder / "out")
    taken = platform.hand_in(request.reference, folder / "out")
    sweep_once()
    path = f"/api/v1/packages/{taken.json()['package']}"
    announced = office.post(f"{path}/retrieval", {})
    content = office.get(f"{path}/content")
    container = b"".join(content.streaming_content)

    assert taken.status_code == 201, taken.content
    assert taken.json()["state"] == State.RELEASED
    assert announced.json()["state"] == State.RETRIEVED
    assert int(content.headers["content-length"]) == len(container)
    report = judged(world, container)
    assert report.result == "pass", report
    assert report.is_demo
    assert package.statement.package_id == taken.json()["package"]
