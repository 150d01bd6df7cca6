"""The one big word of the retrieval page, and what it means. It tells nothing that is withheld.

To the issuing side "withheld until" says that whatever comes is held back, and shows the same
whether something has come or not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from broker.clocks.models import Clock
from evidence.flow import State
from evidence.models import Package, Request, ReviewOutcome


@dataclass(frozen=True, slots=True)
class Standing:
    """`word` is the big one; `until` belongs to it where it has an end."""

    word: str
    text: str
    until: datetime | None = None


def retrieval_state(case: Request, packages: Sequence[Package], window: Clock | None) -> Standing:
    """Return how the retrieval stands, from what the reader may know of: `packages`."""
    if case.decision == ReviewOutcome.OBJECTED:
        return _objected(case)
    if case.sent_at is not None and case.withholds:
        return _withheld(case, window)
    ready = [package for package in packages if not package.withheld]
    if not ready:
        return _nothing_yet(case)
    return _ready(case, ready)


def _objected(case: Request) -> Standing:
    words = _("%(authority)s raised a ground of refusal. Nothing is handed over.")
    return Standing(_("Refused"), words % {"authority": _authority(case)})


def _withheld(case: Request, window: Clock | None) -> Standing:
    text = _(
        "%(authority)s may still raise a ground. Whatever the platform delivers, and whether it "
        "has delivered anything, shows here only after the authority clears it or its window ends."
    ) % {"authority": _authority(case)}
    if window is None or window.lapses_at is None:
        return Standing(_("Withheld"), text)
    return Standing(_("Withheld until"), text, window.lapses_at)


def _nothing_yet(case: Request) -> Standing:
    if case.state in {State.REFUSED, State.WITHDRAWN, State.CLOSED}:
        return Standing(_("Nothing to retrieve"), _("The case ended without a package."))
    if case.sent_at is None:
        return Standing(_("Not sent"), _("Nothing can come before the order is sent."))
    words = _("%(platform)s has not delivered yet.") % {"platform": case.platform.name}
    return Standing(_("Waiting"), words)


def _ready(case: Request, ready: Sequence[Package]) -> Standing:
    facts = {"office": case.office.name}
    if all(package.retrieved_at for package in ready):
        words = _("%(office)s has started a download. It can be repeated; each is written down.")
        return Standing(_("Retrieved"), words % facts)
    return Standing(_("Ready"), _("Sealed for %(office)s: only its keys open it.") % facts)


def _authority(case: Request) -> str:
    return case.authority.name if case.authority else _("The enforcing authority")
