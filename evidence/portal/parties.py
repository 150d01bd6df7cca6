"""The boxes in which a request's parties are chosen from the directory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from broker.forms.page import PageField
from broker.law.instrument import Instrument
from broker.parties.directory import organisations
from broker.parties.models import OrganisationKind
from broker.web.fields import lone
from evidence.portal.confirming import language

# A draft keeps its addressee: the first of them is asked only of a new one.
PARTIES = ("platform", "validator", "authority")
_MAGISTRACY = (OrganisationKind.PROSECUTION, OrganisationKind.COURT)


@dataclass(frozen=True, slots=True)
class _Asked:
    label: str | Promise
    help: str | Promise
    kinds: tuple[OrganisationKind, ...]
    article: str = ""


def party_fields(
    instrument: Instrument,
    names: Sequence[str],
    typed: Mapping[str, Any],
    faults: Mapping[str, Sequence[str]],
) -> list[PageField]:
    """Return a box for each of `names` that the instrument knows; call it inside `looking`."""
    asked = _asked(instrument)
    return [
        _field(name, asked[name], typed.get(name, ""), faults.get(name, ()))
        for name in names
        if asked[name].kinds
    ]


def _asked(instrument: Instrument) -> dict[str, _Asked]:
    told = instrument.notification
    return {
        "platform": _Asked(
            gettext_lazy("Platform"),
            instrument.addressee.contact.say(language()),
            tuple(OrganisationKind(kind) for kind in instrument.addressee.organisation_kinds),
        ),
        "validator": _Asked(
            gettext_lazy("Prosecution office or court that validates"),
            gettext_lazy(
                "It also receives the package where a police unit asks. Leave it out where you "
                "may order these data alone."
            ),
            _MAGISTRACY,
        ),
        "authority": _Asked(
            gettext_lazy("Enforcing authority to notify"),
            gettext_lazy(
                "Needed for traffic and content data, unless the exception in section K is filled "
                "in. What the platform delivers is withheld from you until the authority clears "
                "it or its window ends; in an emergency it is not."
            ),
            (OrganisationKind(told.organisation_kind),) if told else (),
            told.article if told else "",
        ),
    }


def _field(name: str, asked: _Asked, chosen: str, faults: Sequence[str]) -> PageField:
    is_needed = name == "platform"
    found = [
        (one.slug, f"{one.name} ({one.country})" if one.country else one.name)
        for one in organisations(asked.kinds)
    ]
    return lone(
        name,
        "enum",
        str(asked.label),
        help=str(asked.help),
        article=asked.article,
        value=chosen,
        choices=found if is_needed else [("", _("Nobody")), *found],
        required=is_needed,
        faults=faults,
    )
