"""Sets the stage: the cast in the directory, the trust list signed, each platform's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from broker.demo.evidence_files import default_files
from broker.demo.folder import DemoFolder
from broker.demo.narrator import Narrator
from broker.demo.players import Script, listeners, platform_words
from broker.demo.seeding import seed
from broker.demo.stage import Stage
from broker.demo.targets import default_file
from broker.demo.trust_list import publish_trust


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the reader brings: targets and evidence of their own, a pause to tamper in."""

    urls: Path | None = None
    evidence: Path | None = None
    pause_s: int = 0


@dataclass(frozen=True, slots=True)
class Prepared:
    """The stage, and the words with which each platform's program is started, by slug."""

    stage: Stage
    platforms: Mapping[str, tuple[str, ...]]


def prepare(
    folder: DemoFolder,
    wishes: Wishes,
    *,
    address: str,
    ports: Mapping[str, int],
    narrator: Narrator,
) -> Prepared:
    """Enter the cast, sign the trust list, lay out the files; the database is migrated."""
    urls = listeners(ports)
    accounts = seed(folder, listeners=urls)
    evidence = (wishes.evidence or default_files(folder)).resolve()
    script = Script(broker=address, trust=publish_trust(folder), evidence=evidence)
    stage = Stage(
        address=address,
        folder=folder,
        accounts=accounts,
        narrator=narrator,
        urls=wishes.urls or default_file(folder),
        evidence=evidence,
        trust=script.trust,
        pause_s=wishes.pause_s,
    )
    return Prepared(
        stage, {slug: platform_words(folder, slug, url, script) for slug, url in urls.items()}
    )
