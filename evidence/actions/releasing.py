"""Release what was withheld: the issuing side learns of its package in this act, not before."""

from datetime import datetime

from broker.basics.actor import SYSTEM
from broker.basics.clock import iso
from broker.flow import engine
from broker.flow.engine import Deed, Taken
from evidence.actions import notices
from evidence.actions.due import refresh_due
from evidence.flow import RELEASABLE, REQUEST, State
from evidence.models import Package, Request
from evidence.policy import may


def release_if_any(request: Request, *, at: datetime) -> Taken[Request] | None:
    """Release the packages that lie here, if any does and the case still goes on."""
    waiting = list(Package.objects.filter(request=request, released_at=None))
    if not waiting or State(request.state) not in RELEASABLE:
        return None
    return _release(request, waiting, at)


def _release(request: Request, waiting: list[Package], at: datetime) -> Taken[Request]:
    ids = [str(package.id) for package in waiting]

    def deed(locked: Request) -> Deed:
        Package.objects.filter(id__in=ids).update(released_at=at)
        told = notices.issuing_side_told(locked, "released", {"packages": ids, "at": iso(at)})
        changes = {"answered_at": locked.answered_at or at}
        return Deed(new={"packages": ids}, rows=told, changes=changes, at=at)

    taken = engine.take(REQUEST, "release", request, actor=SYSTEM, may=may, deed=deed)
    refresh_due(taken.case)
    return taken
