"""Last chapter: the ledger in which all of it was written, recomputed from the first entry on."""

from django.db import connections

from broker.demo.narrator import StepFailed
from broker.demo.stage import Stage
from broker.ledger.verify import verify_ledger


def recorded_in_the_ledger(stage: Stage) -> None:
    """Recompute entries, streams, tree and signatures of the log; demand that all hold."""
    stage.narrator.chapter("4. The ledger")
    try:
        with stage.narrator.step("Every entry, stream, tile and checkpoint is recomputed"):
            report = verify_ledger()
            if not report.holds:
                raise StepFailed(" ".join(str(fault) for fault in report.faults[:5]))
    finally:
        connections.close_all()
    stage.narrator.tell(
        f"{report.entries} entries in {report.streams} streams, {report.leaves} in the log, "
        f"{report.checkpoints} signed checkpoints"
    )
    stage.summary["ledger"] = {"entries": report.entries, "leaves": report.leaves}
