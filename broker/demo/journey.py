"""The main job, chapter by chapter, over real HTTP; and the summary of what came of it."""

from typing import Any

from broker.demo.followed import followed_order
from broker.demo.ignored import ignored_order
from broker.demo.narrator import StepFailed
from broker.demo.stage import Stage

CHAPTERS = (followed_order, ignored_order)


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
        stage.narrator.say(f"\nThe journey ends here: {fault}")
    return {
        "held": fault is None,
        "fault": fault,
        "steps": stage.narrator.steps,
        "seconds": stage.narrator.elapsed_s,
        "times": stage.narrator.times,
        **stage.summary,
    }
