"""Ring a worker by the name of its task, after the rows it will find are committed."""

import logging
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger("broker.bell")


def ring(task: str, *args: Any) -> None:
    """Send the task `task` once the caller's transaction commits; outside one, at once.

    A message that cannot be sent is logged and forgotten: rows are the queue, and the
    sweep finds them. Nothing that matters may depend on the message.
    """
    transaction.on_commit(lambda: _send(task, args), robust=True)


def _send(task: str, args: tuple[Any, ...]) -> None:
    try:
        current_app.send_task(task, args=args, ignore_result=True, retry=False)
    except (OperationalError, OSError):
        log.warning("bell_not_heard", extra={"task": task})
