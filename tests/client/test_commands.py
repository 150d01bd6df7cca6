"""The command line: what it prints is JSON, what it refuses it explains, and it is Django-free."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from broker.basics.clock import now
from broker.client import verbs
from broker.client.broker_client import BrokerClient
from broker.client.commands import main
from broker.crypto.http_signature import sign_request
from broker.crypto.keys import fingerprint, generate, to_pem
from tests.client.conftest import posted
from tests.client.test_listening import message, read_message

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.client.doors")]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def connected(tmp_path, key, monkeypatch, platform, application):
    """Return the options that connect a verb to the Django application itself."""
    (tmp_path / "key.pem").write_bytes(to_pem(key))
    monkeypatch.setattr(
        verbs,
        "BrokerClient",
        lambda url, key: BrokerClient(url, key, transport=application),
    )
    return ["--broker", "http://testserver", "--key", str(tmp_path / "key.pem")]


def test_the_inbox_is_listed_and_nothing_is_taken_in(connected, platform, capsys):
    dispatch = posted(platform)

    assert main(["inbox", *connected]) == 0

    dispatch.refresh_from_db()
    line = json.loads(capsys.readouterr().out)
    assert (line["dispatch"], line["kind"]) == (str(dispatch.pk), "referral.order")
    assert dispatch.receipt_at is None


def test_what_is_acknowledged_is_kept(connected, platform, tmp_path, capsys):
    dispatch, folder = posted(platform), tmp_path / "in"

    assert main(["inbox", *connected, "--to", str(folder), "--acknowledge"]) == 0

    _, kept = map(json.loads, capsys.readouterr().out.splitlines())
    assert kept["kept"] == str(folder / f"{dispatch.pk}.json")
    assert (folder / f"{dispatch.pk}.json").read_bytes() == bytes(dispatch.body)
    assert [path.name for path in folder.iterdir()] == [f"{dispatch.pk}.json"]


def test_a_run_killed_while_taking_in_is_made_good_by_the_next(
    connected, platform, tmp_path, monkeypatch
):
    dispatch, folder = posted(platform), tmp_path / "in"
    again = ["inbox", *connected, "--to", str(folder), "--acknowledge"]
    with monkeypatch.context() as broken:
        broken.setattr(verbs, "keep", _killed)
        with pytest.raises(KeyboardInterrupt):
            main(again)
    dispatch.refresh_from_db()
    assert dispatch.receipt_at is not None

    assert main(again) == 0

    assert (folder / f"{dispatch.pk}.json").read_bytes() == bytes(dispatch.body)


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_message_acknowledged_elsewhere_comes_again(connected, platform, tmp_path, broker):
    dispatch, folder = posted(platform), tmp_path / "in"
    broker.take_in([str(dispatch.pk)])

    assert main(["inbox", *connected, "--to", str(folder), "--again", str(dispatch.pk)]) == 0

    assert (folder / f"{dispatch.pk}.json").read_bytes() == bytes(dispatch.body)


def test_nothing_is_acknowledged_without_a_folder_to_keep_it(connected, platform, capsys):
    dispatch = posted(platform)

    assert main(["inbox", *connected, "--acknowledge"]) == 1

    dispatch.refresh_from_db()
    assert "--to DIR" in capsys.readouterr().err
    assert dispatch.receipt_at is None


def test_a_refusal_is_explained_and_gives_one(connected, tmp_path, capsys):
    (tmp_path / "answers.json").write_text('[{"item": 1, "outcome": "removed"}]')

    assert main(["answer", *connected, "R-NONE", str(tmp_path / "answers.json")]) == 1

    assert "There is nothing at this address" in capsys.readouterr().err


def test_answers_that_are_no_list_are_refused(connected, tmp_path, capsys):
    (tmp_path / "answers.json").write_text("{}")

    assert main(["answer", *connected, "R-1", str(tmp_path / "answers.json")]) == 1
    assert "not a JSON list" in capsys.readouterr().err


def test_a_key_file_that_is_missing_is_named(tmp_path, capsys):
    missing = tmp_path / "none.pem"

    assert main(["inbox", "--broker", "http://localhost", "--key", str(missing)]) == 1
    assert "none.pem" in capsys.readouterr().err


def test_verify_is_the_verifiers_own(capsys):
    with pytest.raises(SystemExit):
        main(["verify", "--help"])

    assert "--trust" in capsys.readouterr().out


def test_listen_runs_without_django_and_ends_on_term(tmp_path):
    broker, key = generate("ed25519"), generate("ed25519")
    (tmp_path / "key.pem").write_bytes(to_pem(key))
    public = broker.public().half.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "broker.pem").write_bytes(public)
    listening = subprocess.Popen(
        [
            *(sys.executable, "-m", "broker.client", "listen"),
            *("--url", "http://localhost/hook", "--port", "0"),
            *("--broker-key", tmp_path / "broker.pem", "--key", tmp_path / "key.pem"),
            *("--book", tmp_path / "book.jsonl", "--to", tmp_path / "in"),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        port = json.loads(listening.stdout.readline())["port"]
        body = message()
        headers = sign_request(
            method="POST",
            url="http://localhost/hook",
            headers={"idempotency-key": read_message(body).dispatch},
            body=body,
            key=broker,
            keyid=fingerprint(broker.spki()),
            at=now(),
        )
        answer = httpx.post(f"http://127.0.0.1:{port}/hook", content=body, headers=headers)
        line = json.loads(listening.stdout.readline())
        listening.send_signal(signal.SIGTERM)
        listening.wait(10)
    finally:
        listening.kill()
        listening.stdout.close()

    assert answer.status_code == 200
    assert line["reference"] == "R-1"
    assert listening.returncode == 0
    assert (tmp_path / "in" / f"{line['dispatch']}.json").read_bytes() == body
