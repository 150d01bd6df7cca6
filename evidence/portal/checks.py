"""What the broker checked of a package without a key, each named: held, open, never guessed."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from broker.web.words import Words
from evidence.models import Package, Request

_ROLES: dict[str, Words] = {
    "office": gettext_lazy("the office"),
    "officer": gettext_lazy("an officer"),
    "escrow": gettext_lazy("its escrow"),
}


@dataclass(frozen=True, slots=True)
class Check:
    """`mark` is "held" or "open"; `text` names exactly what was compared with what."""

    mark: str
    word: str
    text: str


def checks(package: Package, case: Request) -> list[Check]:
    """Return the checks made when the package came in, and those that remain for its reader.

    There is no row of a package for which one of the first did not hold (`actions.intake`).
    """
    named = {each["fingerprint"]: each["role"] for each in case.recipients}
    roles = ", ".join(sorted(str(_ROLES.get(role, role)) for role in named.values()))
    return [
        _held(_("Digests: the payload that was uploaded is the one its statement names.")),
        _held(
            _(
                "Outer signature: made by the seal certificate registered for %(who)s, which "
                "leads to an authority that this broker trusts."
            )
            % {"who": case.platform.name}
        ),
        _held(
            _("Recipients: sealed for exactly the keys that the order names (%(roles)s).")
            % {"roles": roles}
        ),
        _held(
            _("Received event: written into the log of %(who)s when it came.")
            % {"who": case.office.name}
        ),
        _proof(package),
        Check(
            "open",
            _("Yours to do"),
            _(
                "The files inside and their inner signature: the broker has no key and cannot "
                "look. Verify offline, as below."
            ),
        ),
    ]


def _held(text: str) -> Check:
    return Check("held", _("Held"), text)


def _proof(package: Package) -> Check:
    if package.proof:
        return _held(
            _(
                "Inclusion proof: the received event is in a signed checkpoint of the log; the "
                "proof travels inside the package."
            )
        )
    text = _(
        "Inclusion proof: made when the first retrieval starts, as soon as a checkpoint holds "
        "the received event."
    )
    return Check("open", _("Not yet"), text)
