"""The main job, chapter by chapter, over real HTTP; and the summary of what came of it."""

import logging
from typing import Any

from broker.demo.followed import followed_order
from broker.demo.ignored import ignored_order
from broker.demo.narrator import StepFailed
from broker.demo.produced import produced_evidence
from broker.demo.recorded import recorded_in_the_ledger
from broker.demo.stage import Stage
from broker.demo.verified import identity

log = logging.getLogger("broker.demo")

CHAPTERS = (followed_order, ignored_order, produced_evidence, recorded_in_the_ledger)


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
