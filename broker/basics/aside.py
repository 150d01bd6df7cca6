"""One row that cannot be worked holds up no other: it is set aside for a while, and said so.

For sweeps that work many rows in one transaction. What ails the house and not the row (no
database, no keys, no disk) sets nothing aside: the round fails and is made again.
"""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.db import InterfaceError, OperationalError, models

from broker.basics.errors import Unavailable

log = logging.getLogger("broker.aside")

ASIDE_S = 60.0
_PASSES = (OperationalError, InterfaceError, Unavailable, OSError)


class Aside:
    """The keys of rows that failed alone; each is tried again after a minute."""

    def __init__(self) -> None:
        self._until: dict[Any, float] = {}

    def put(self, key: Any) -> None:
        self._until[key] = time.monotonic() + ASIDE_S

    def without[M: models.Model](self, due: "models.QuerySet[M]") -> "models.QuerySet[M]":
        """Return `due` less the rows that are set aside now."""
        present = time.monotonic()
        self._until = {key: until for key, until in self._until.items() if until > present}
        return due.exclude(pk__in=list(self._until))

    def work[M: models.Model](
        self, due: "models.QuerySet[M]", work: "Callable[[models.QuerySet[M]], int]", *, most: int
    ) -> int:
        """Let `work` do `due` (ordered, up to `most` rows) as one act, or row by row if it fails.

        `work` opens its own transaction and returns how many rows it did.
        """
        try:
            return work(due)
        except _PASSES:
            raise
        except Exception:
            log.exception("batch_failed", extra={"rows": due.model._meta.label})
        keys = list(due.values_list("pk", flat=True)[:most])
        return sum(self._alone(due, key, work) for key in keys)

    def _alone[M: models.Model](
        self, due: "models.QuerySet[M]", key: Any, work: "Callable[[models.QuerySet[M]], int]"
    ) -> int:
        try:
            return work(due.filter(pk=key))
        except _PASSES:
            raise
        except Exception:
            self.put(key)
            log.exception("row_set_aside", extra={"rows": due.model._meta.label, "row": str(key)})
            return 0
