"""The courier's tasks; a lost message is found by `delivery.sweep_once`."""

from celery import shared_task

from broker.courier import delivery


@shared_task
def deliver(ids: list[str]) -> None:
    """Send the dispatches with these ids."""
    delivery.deliver(ids)
