"""The evidence app's tasks; beat rings them, and a lost ring costs a day."""

from celery import shared_task

from evidence.actions import uploading


@shared_task
def clear_expired_uploads() -> None:
    """Delete what came of uploads that nobody completed."""
    uploading.clear_expired()
