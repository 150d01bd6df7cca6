"""The ledger's tasks; what beat misses today it rings tomorrow, three months ahead."""

from celery import shared_task

from broker.ledger import partitions


@shared_task
def make_months() -> None:
    """Make the partitions of the coming months."""
    partitions.make_months()
