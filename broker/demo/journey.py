"""The main job, chapter by chapter, over real HTTP; and the summary of what came of it."""

import json
import logging
from typing import Any

import httpx

from broker.demo.followed import followed_order
from broker.demo.ignored import ignored_order
from broker.demo.narrator import StepFailed
from broker.demo.produced import produced_evidence
from broker.demo.recorded import recorded_in_the_ledger
from broker.demo.stage import Stage
from broker.demo.verified import identity

log = logging.getLogger("broker.demo")

CHAPTERS = (followed_order, ignored_order, produced_evidence, recorded_in_the_ledger)


def _health(stage: Stage) -> str:
    """Return what the broker's engine lacks, which may be why a step did not happen."""
    try:
        found = httpx.get(f"{stage.address}/health/ready", trust_env=False, timeout=5.0)
        return json.dumps(found.json())
    except (httpx.HTTPError, ValueError) as fault:
        return f"nothing ({type(fault).__name__})"


def walk(stage: Stage) -> dict[str, Any]:
    """Walk every chapter and return the summary; `held` says whether every step held.

    The first step that fails ends the journey; `fault` says which and why.
    """
    fault = None
    try:
        for chapter in CHAPTERS:
            chapter(stage)
    except StepFailed as failed:
        fault = str(failed)
    except Exception as broken:
        log.exception("journey_broken")
        fault = f"{type(broken).__name__}: {broken}"
    if fault:
        stage.narrator.say(f"\nThe journey ends here: {fault}")
        stage.narrator.say(f"The broker says of itself: {_health(stage)}")
    return {
        "held": fault is None,
        "fault": fault,
        "steps": stage.narrator.steps,
        "seconds": stage.narrator.elapsed_s,
        "times": stage.narrator.times,
        "trust": str(stage.trust.path),
        "roots": list(stage.trust.roots),
        "identity": str(identity(stage)),
        **stage.summary,
    }
