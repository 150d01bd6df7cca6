"""Is the house alive, can it take requests, and does its engine keep up? For operators and
load balancers: no case, no name, no number of cases.
"""

from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, connections
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from broker.basics.clock import iso, now
from broker.basics.heartbeat import LATE_AFTER_S, SWEEPS, age_s
from broker.ledger.standing import standing

# The promise of the ledger: an accepted event is in the log within ten seconds.
_LEDGER_LATE_AFTER_S = 10.0

type Check = dict[str, Any]


@never_cache
@require_safe
def live(_request: HttpRequest) -> JsonResponse:
    """Say that this process answers; asks nothing else."""
    return JsonResponse({"status": "alive"})


@never_cache
@require_safe
def ready(_request: HttpRequest) -> JsonResponse:
    """Say whether requests can be taken (200) or not (503), and what is late.

    `status`: ready; late (the engine lags, requests are still taken durably); down (the
    database or the store of keys does not answer).
    """
    checks = {name: _asked(check) for name, check in _CHECKS.items()}
    states = {check["status"] for check in checks.values()}
    status = next((one for one in ("down", "late") if one in states), "ready")
    return JsonResponse(
        {"status": status, "at": iso(now()), "checks": checks},
        status=503 if status == "down" else 200,
    )


def _asked(check: Callable[[], Check]) -> Check:
    try:
        return check()
    except DatabaseError:
        return {"status": "down"}


def _answers(alias: str) -> Callable[[], Check]:
    def check() -> Check:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT 1")
        return {"status": "ready"}

    return check


def _ledger() -> Check:
    log, at = standing(), now()
    waiting_s = (at - log.waiting_since).total_seconds() if log.waiting_since else 0.0
    return {
        "status": "late" if waiting_s > _LEDGER_LATE_AFTER_S else "ready",
        "head_age_s": round((at - log.signed_at).total_seconds(), 1) if log.signed_at else None,
        "oldest_waiting_s": round(waiting_s, 1),
    }


def _sweep(name: str) -> Callable[[], Check]:
    def check() -> Check:
        age = age_s(name)
        late = age is None or age > LATE_AFTER_S
        return {
            "status": "late" if late else "ready",
            "age_s": None if age is None else round(age, 1),
        }

    return check


_CHECKS: dict[str, Callable[[], Check]] = {
    "database": _answers("default"),
    "seals": _answers("seals"),
    "ledger": _ledger,
    **{f"sweep_{name}": _sweep(name) for name in SWEEPS},
}

live.asks_for = ready.asks_for = "nobody"  # type: ignore[attr-defined]

app_name = "health"
urlpatterns = [
    path("live", live, name="live"),
    path("ready", ready, name="ready"),
]
