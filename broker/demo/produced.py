"""Third chapter: a production request, answered with a package that only its office can open."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
from django.urls import reverse

from broker.client.broker_client import BrokerClient
from broker.demo import cast
from broker.demo.evidence_files import count_of
from broker.demo.filling import boxes_of
from broker.demo.narrator import demand
from broker.demo.order_forms import PRODUCTION_ORDER
from broker.demo.stage import Stage
from broker.demo.verified import open_and_compare, sign_receipts, verify_offline
from broker.demo.waiting import await_that

_SEALED_WITHIN_S = 600
# The demo breaks the line here once, to show that a download goes on by ranges.
_BREAKS_AT = 0.4


def produced_evidence(stage: Stage) -> None:
    """Walk one request for subscriber data from draft to an opened, verified package."""
    stage.narrator.chapter("3. A production request (Regulation (EU) 2023/1543, subscriber data)")
    stage.narrator.say("  This is an exercise, not the decentralised IT system.")
    with stage.system_of(cast.OFFICE) as office:
        reference = _ask(stage, office)
        package = _await_package(stage, office, reference)
        _pause(stage)
        fetched = _retrieve(stage, office, package)
        verify_offline(stage, fetched)
        opened = open_and_compare(stage, fetched)
        sign_receipts(stage, office, package, opened)
    with stage.narrator.step("The prosecutor closes the case in the portal"):
        stage.person("prosecutor").confirm(_door("close", reference))
    stage.summary["request"] = reference


def _ask(stage: Stage, office: BrokerClient) -> str:
    prosecutor = stage.person("prosecutor")
    with stage.narrator.step("The prosecutor fills in the certificate of Annex I in the portal"):
        page = prosecutor.open(reverse("evidence:draft", args=["eu-epoc"]))
        typed = {"platform": cast.PLATFORM_A, **boxes_of(PRODUCTION_ORDER)}
        reference = prosecutor.send(page, **typed).url.rstrip("/").rpartition("/")[2]
        demand(office.request(reference)["state"] == "draft", f"{reference} is no draft.")
    with stage.narrator.step("The prosecutor reads it in the portal and validates with a code"):
        prosecutor.approve(_door("validate", reference))
    with stage.narrator.step("The prosecutor sends it; every message is marked as an exercise"):
        prosecutor.confirm(_door("send", reference))
        way = office.request(reference)["transport"]["id"]
        demand(way == "exercise", f"Its transport is {way}.")
    return reference


def _await_package(stage: Stage, office: BrokerClient, reference: str) -> Mapping[str, Any]:
    def package() -> Mapping[str, Any] | None:
        return next(iter(office.request(reference)["packages"]), None)

    files, octets = count_of(stage.evidence)
    words = f"Platform A seals {files} files ({octets / 1e6:.0f} MB) on its side and uploads them"
    with stage.narrator.step(words, timed="seal_and_upload"):
        log = stage.folder.root / "process-logs" / f"{cast.PLATFORM_A}.log"
        found = await_that(package, what=f"A package (see {log})", within_s=_SEALED_WITHIN_S)
    stage.narrator.tell(f"package {found['package']}, received {found['received']}")
    with stage.narrator.step("The prosecutor finds it in the portal; the broker cannot read it"):
        page = stage.person("prosecutor").open(_door("retrieval", reference))
        demand(found["payload_sha256"] in page.words, "The page does not show the package.")
    return found


def _pause(stage: Stage) -> None:
    """Leave time to change a byte of the package where the broker keeps it, if asked to."""
    if stage.pause_s:
        stage.narrator.say(f"  Pausing {stage.pause_s} s; the broker keeps the package in")
        stage.narrator.say(f"  {stage.folder.root / 'vault' / 'objects'}")
        stage.wait(stage.pause_s)


def _retrieve(stage: Stage, office: BrokerClient, package: Mapping[str, Any]) -> Path:
    """Fetch the container; a line that breaks midway costs nothing but the rest."""
    target = stage.folder.left / f"{package['package']}.asice"
    broken: list[int] = []

    def tell(done: int, whole: int) -> None:
        if not broken and _BREAKS_AT * whole < done < whole:
            broken.append(done)
            raise httpx.ReadError("The demo broke the line.")

    with stage.narrator.step("The office retrieves it; the line breaks and it goes on by ranges"):
        office.post(f"/packages/{package['package']}/retrieval")
        size = office.download(package["package"], target, tell=tell)
    at = f"{broken[0] / 1e6:.0f}" if broken else "no"
    stage.narrator.tell(f"{size / 1e6:.1f} MB, broken off at {at} MB")
    stage.summary["package"] = str(target)
    stage.summary["package_bytes"] = size
    return target


def _door(step: str, reference: str) -> str:
    return reverse(f"evidence:{step}", args=[reference])
